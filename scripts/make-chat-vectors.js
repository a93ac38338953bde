'use strict';
/**
 * Makes `test/x/chat-vectors.json`: a conversation of encrypted chat with fixed bytes, so that a later version of the
 * library, or of this code, can be held against what this one made. Its shape is that of the library's own vectors.
 *   node scripts/make-chat-vectors.js > test/x/chat-vectors.json
 */
const { readFileSync } = require('fs');
const { join } = require('path');

const library = join(__dirname, '..', 'dist', 'node_modules', 'chat-xdk-engine');
const { Chat, default: init } = require(library);
const { messageDetail, wrapEvent } = require('../dist/test/simulators/x/chat/messageEvent');

const sender = '3333';
const version = '1700000000001';
const createdAt = 1700000000000;
const words = { event_message_text: 'our own words 🔑', event_reply_text: 'an answer to them' };
const forgedPreview = 'words nobody wrote';

init({ module_or_path: readFileSync(join(library, 'chat_xdk_wasm_bg.wasm')) }).then(make);

function make() {
  const chat = new Chat();
  const { publicKey } = chat.generateKeypairs();
  chat.setIdentity(sender, version);
  const keys = Buffer.from(chat.exportKeys());
  const change = chat.prepareConversationKeyChange({
    publicKeys: [
      { userId: sender, publicKey: publicKey.publicKey, keyVersion: version },
      { userId: '4444', publicKey: publicKey.publicKey, keyVersion: version },
    ],
  });
  const sealing = {
    conversationId: change.conversationId,
    conversationKey: change.conversationKey,
    conversationKeyVersion: change.conversationKeyVersion,
  };
  const [action] = change.actionSignatures;
  const common = {
    sequenceId: '1',
    senderId: sender,
    conversationId: change.conversationId,
    token: 't',
    createdAt,
  };
  const message = (sealed) =>
    wrapEvent(
      Object.assign({}, common, {
        messageId: sealed.messageId,
        detail: messageDetail(Buffer.from(sealed.encryptedContent, 'base64')),
        signature: Buffer.from(sealed.encodedEventSignature, 'base64'),
      }),
    );
  const first = message(chat.encryptMessage(Object.assign({ text: words.event_message_text }, sealing)));
  const reply = Object.assign({ text: words.event_reply_text, replyToEvent: first }, sealing);
  const vectors = Object.assign({}, words, {
    private_keys_concat_b64: keys.toString('base64'),
    identity_public_b64: publicKey.publicKey,
    signing_public_b64: publicKey.signingPublicKey,
    identity_public_key_signature_b64: publicKey.identityPublicKeySignature,
    event_sender_id: sender,
    event_signing_key_version: version,
    event_conversation_id: change.conversationId,
    event_conversation_key_version: change.conversationKeyVersion,
    event_key_change_b64: wrapEvent(
      Object.assign({}, common, {
        messageId: action.messageId,
        detail: Buffer.from(action.encodedMessageEventDetail, 'base64'),
        signature: action,
      }),
    ),
    event_message_b64: first,
    event_reply_valid_b64: message(chat.encryptReply(reply)),
    event_reply_forged_b64: message(chat.encryptReply(Object.assign({ replyToText: forgedPreview }, reply))),
    event_reply_forged_preview_text: forgedPreview,
    event_garbage_b64: '!!!not-an-event!!!',
  });
  process.stdout.write(`${JSON.stringify(vectors, undefined, 2)}\n`);
}
