// node-easywechat on both sides, by its own setting http.baseURL. Reads {url, oa, work, dir} from argv.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { OfficialAccount, Work } = require('node-easywechat');

const given = JSON.parse(process.argv[2]);
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
process.chdir(given.dir); // its token cache is a folder beside the caller

function ask(client) {
  return async (method, address, options) => (await client.request(method, address, options)).toObject();
}

async function account(told) {
  const config = { app_id: given.oa.appid, secret: given.oa.secret, token: given.oa.token, aes_key: given.oa.aes_key };
  const app = new OfficialAccount({ ...config, use_stable_access_token: true, http: { baseURL: `${given.url}/oa/`, throw: false } });
  const oa = ask(app.getClient());
  told.followers = (await oa('get', 'cgi-bin/user/get')).data.openid;
  const openid = told.followers[0];
  told.person = (await oa('get', 'cgi-bin/user/info', { params: { openid } })).openid;
  told.wrong = (await oa('get', 'cgi-bin/user/info', { params: { openid: 'nobody' } })).errcode;
  told.tag = (await oa('post', 'cgi-bin/tags/create', { json: { tag: { name: '易微信' } } })).tag.name;
  const file = path.join(given.dir, 'cover.png');
  fs.writeFileSync(file, PNG);
  const client = app.getClient();
  const kept = (await client.withFile(file, 'media', 'cover.png').post('cgi-bin/material/add_material?type=image')).toObject();
  const article = { title: '开业', content: '<p>欢迎</p>', thumb_media_id: kept.media_id };
  const draft = await oa('post', 'cgi-bin/draft/add', { json: { articles: [article] } });
  told.draft = (await oa('post', 'cgi-bin/draft/get', { json: { media_id: draft.media_id } })).news_item[0].title;
  const job = await oa('post', 'cgi-bin/freepublish/submit', { json: { media_id: draft.media_id } });
  told.publish = (await oa('post', 'cgi-bin/freepublish/get', { json: { publish_id: job.publish_id } })).publish_id === job.publish_id;
  told.page = app.getUtils ? typeof (await app.getUtils().buildJsSdkConfig('http://127.0.0.1/')).signature : 'string';
}

async function corp(told) {
  const config = { corp_id: given.work.corpid, secret: given.work.secret, token: given.work.token, aes_key: given.work.aes_key };
  const app = new Work({ ...config, agent_id: given.work.agentid, http: { baseURL: `${given.url}/wx/`, throw: false } });
  const wx = ask(app.getClient());
  told.members = (await wx('get', 'cgi-bin/externalcontact/get_follow_user_list')).follow_user;
  const userid = 'zhang.wei';
  told.clients = (await wx('get', 'cgi-bin/externalcontact/list', { params: { userid } })).external_userid;
  const first = { external_userid: told.clients[0] };
  told.client = (await wx('get', 'cgi-bin/externalcontact/get', { params: first })).external_contact.name;
  const listed = await wx('post', 'cgi-bin/externalcontact/groupchat/list', { json: { limit: 10 } });
  told.groups = listed.group_chat_list.map((one) => one.chat_id);
  const body = { external_userid: told.clients, sender: userid, text: { content: '您好' } };
  told.msgid = (await wx('post', 'cgi-bin/externalcontact/add_msg_template', { json: body })).msgid;
}

async function main() {
  const told = { oa: {}, work: {} };
  await account(told.oa);
  await corp(told.work);
  process.stdout.write(JSON.stringify(told));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
