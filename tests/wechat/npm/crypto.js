// WeCom's own @wecom/crypto and node-easywechat's encryptor. Reads {open: [...], seal: [...]} from argv, prints both.
'use strict';

const wecom = require('@wecom/crypto');
const Encryptor = require('node-easywechat/dist/Core/Encryptor');

const given = JSON.parse(process.argv[2]);

function open(one) {
  const found = wecom.decrypt(one.aes_key, one.encrypt);
  const signed = wecom.getSignature(one.token, one.timestamp, one.nonce, one.encrypt);
  const theirs = new Encryptor(one.receive_id, one.token, one.aes_key, one.receive_id);
  const also = theirs.decrypt(one.encrypt, one.msg_signature, one.nonce, one.timestamp);
  return { text: found.message, id: found.id, signed, also };
}

function seal(one) {
  const sealed = wecom.encrypt(one.aes_key, one.text, one.receive_id);
  const theirs = new Encryptor(one.receive_id, one.token, one.aes_key, one.receive_id);
  return { sealed, also: theirs.encrypt(one.text, one.nonce, one.timestamp) };
}

process.stdout.write(JSON.stringify({ open: given.open.map(open), seal: given.seal.map(seal) }));
