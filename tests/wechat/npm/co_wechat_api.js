// An ordinary day with co-wechat-api: only its hosts are mapped. Reads {url, appid, secret, openid, dir} from argv.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const API = require('co-wechat-api');

const given = JSON.parse(process.argv[2]);
const api = new API(given.appid, given.secret);
// some addresses stand in the library's text, so its request hook maps the hosts
const hosts = {
  'https://api.weixin.qq.com/': `${given.url}/oa/`,
  'http://file.api.weixin.qq.com/': `${given.url}/oa/`,
};
const request = api.request.bind(api);
api.request = (url, options, retry) => {
  const host = Object.keys(hosts).find((one) => url.startsWith(one));
  return request(host ? hosts[host] + url.slice(host.length) : url, options, retry);
};
api.mpPrefix = `${given.url}/mp/cgi-bin/`;

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

async function refusal(promise) {
  try {
    await promise;
    return 0;
  } catch (error) {
    return error.code;
  }
}

async function people(told) {
  const id = given.openid;
  told.followers = (await api.getFollowers()).data.openid;
  told.person = await api.getUser(id);
  told.people = (await api.batchGetUsers([id])).user_info_list.length;
  await api.updateRemark(id, '贵宾');
  told.remark = (await api.getUser(id)).remark;
  const tag = (await api.createTags('金卡')).tag.id;
  await api.batchTagging([id], tag);
  told.carriers = (await api.getUsersFromTag(tag, '')).data.openid;
  told.tags = (await api.getIdList(id)).tagid_list;
  await api.updateTag(tag, '白金卡');
  await api.batchUnTagging([id], tag);
  told.tagNames = (await api.getTags()).tags.map((one) => one.name);
  await api.deleteTag(tag);
  const group = (await api.createGroup('老组')).group.id;
  await api.moveUserToGroup(id, group);
  told.group = [group, (await api.getWhichGroup(id)).groupid];
  told.groups = (await api.getGroups()).groups.length;
  await api.removeGroup(group);
}

async function menus(told) {
  const button = [{ type: 'click', name: '权益', key: 'BENEFITS' }];
  await api.createMenu({ button });
  const rule = { tag_id: '2' };
  const made = await api.addConditionalMenu({ button, matchrule: rule });
  told.menu = await api.getMenu();
  told.tried = await api.tryConditionalMenu(given.openid);
  await api.delConditionalMenu(made.menuid);
  told.current = await api.getMenuConfig();
  await api.removeMenu();
  told.noMenu = await refusal(api.getMenu());
}

async function files(told) {
  const file = path.join(given.dir, 'picture.png');
  fs.writeFileSync(file, PNG);
  const media = await api.uploadMedia(file, 'image');
  told.media = (await api.getMedia(media.media_id)).equals(PNG);
  told.picture = (await api.uploadImage(file)).url;
  const material = await api.uploadMaterial(file, 'image');
  told.material = (await api.getMaterial(material.media_id)).equals(PNG);
  told.count = (await api.getMaterialCount()).image_count;
  told.page = (await api.getMaterials('image', 0, 20)).item_count;
  await api.sendImage(given.openid, media.media_id);
  await api.removeMaterial(material.media_id);
  told.gone = await refusal(api.getMaterial(material.media_id));
}

async function messages(told) {
  const id = given.openid;
  await api.sendText(id, '您好');
  await api.sendNews(id, [{ title: '沙龙', description: 'd', url: 'http://127.0.0.1/', picurl: '' }]);
  const data = { thing1: { value: '机场贵宾厅' }, time2: { value: '2026-12-31' } };
  told.template = (await api.sendTemplate(id, 'sandbox-benefit-notice', '', '', data)).errcode;
  told.templates = (await api.getAllPrivateTemplate()).template_list.length;
  await api.previewText(id, '预览');
  const mass = await api.massSendText('群发', given.openids, 'co-1');
  told.mass = mass.msg_id;
  told.again = await refusal(api.massSendText('群发', given.openids, 'co-1'));
  told.massState = (await api.getMassMessageStatus(mass.msg_id)).msg_status;
}

async function rest(told) {
  const code = await api.createTmpQRCode(1234, 600);
  told.code = await fetch(api.showQRCodeURL(encodeURIComponent(code.ticket))).then((page) => page.status);
  await api.createLimitQRCode(99);
  told.ips = (await api.getIp()).ip_list;
  told.ticket = (await api.getLatestTicket()).ticket;
  await api.addKfAccount('one@bank', '小王');
  told.desk = (await api.getCustomServiceList()).kf_list[0].kf_nick;
  await api.deleteKfAccount('one@bank');
  told.short = (await api.shorturl('http://127.0.0.1/long')).short_url;
}

async function main() {
  const told = {};
  for (const part of [people, menus, files, messages, rest]) {
    await part(told);
  }
  process.stdout.write(JSON.stringify(told));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
