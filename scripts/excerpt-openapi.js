'use strict';
/**
 * Cuts the operations the product uses out of X's OpenAPI document, without its prose, so that the simulator
 * can hold every request and answer against them:
 *   node scripts/excerpt-openapi.js <openapi.json> > test/simulators/x/openapi-excerpt.json
 */
const { readFileSync } = require('node:fs');

const operations = {
  '/2/users/me': ['get'],
  '/2/users/by/username/{username}': ['get'],
  '/2/users/{id}': ['get'],
  '/2/dm_conversations/with/{participant_id}/messages': ['post'],
  '/2/dm_conversations/with/{participant_id}/dm_events': ['get'],
  '/2/dm_conversations/{dm_conversation_id}/messages': ['post'],
  '/2/dm_conversations/{id}/dm_events': ['get'],
  '/2/dm_events': ['get'],
  '/2/dm_conversations/media/{dm_id}/{media_id}/{resource_id}': ['get'],
  '/2/users/{id}/mentions': ['get'],
  '/2/users/{id}/tweets': ['get'],
  '/2/tweets/{id}/quote_tweets': ['get'],
  '/2/tweets': ['post'],
  '/2/media/upload/initialize': ['post'],
  '/2/media/upload/{id}/append': ['post'],
  '/2/media/upload/{id}/finalize': ['post'],
  '/2/media/upload': ['get'],
  '/2/media/metadata': ['post'],
  '/2/webhooks': ['get', 'post'],
  '/2/webhooks/{webhook_id}': ['put', 'delete'],
  '/2/webhooks/replay': ['post'],
  '/2/account_activity/webhooks/{webhook_id}/subscriptions/all': ['get', 'post'],
  '/2/activity/subscriptions': ['get', 'post', 'delete'],
  '/2/activity/stream': ['get'],
  '/2/users/{id}/public_keys': ['get', 'post'],
  '/2/chat/conversations': ['get'],
  '/2/chat/conversations/{id}': ['get'],
  '/2/chat/conversations/{id}/events': ['get'],
  '/2/chat/conversations/{id}/keys': ['post'],
  '/2/chat/conversations/{id}/messages': ['post'],
  '/2/chat/conversations/{id}/messages/delete': ['post'],
  '/2/chat/conversations/{id}/read': ['post'],
  '/2/chat/conversations/{id}/typing': ['post'],
  '/2/chat/media/upload/initialize': ['post'],
  '/2/chat/media/upload/{id}/append': ['post'],
  '/2/chat/media/upload/{id}/finalize': ['post'],
  '/2/chat/media/{id}/{media_hash_key}': ['get'],
};

/** Polls and places are part of many answers but never of ours: their insides are left open. */
const opened = new Set(['Place', 'Poll', 'Topic', 'UserAffiliation', 'UserEntities']);

/** Met with fields the document does not list: a failed upload carries `error`. */
const widened = new Set(['GetMediaUploadStatusResponseDataProcessingInfo']);

const source = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const excerpt = {
  openapi: source.openapi,
  info: { version: source.info.version },
  paths: {},
  components: {},
};

for (const [path, methods] of Object.entries(operations))
  for (const method of methods) {
    const { security, parameters, requestBody, responses } = source.paths[path][method];
    excerpt.paths[path] ??= {};
    excerpt.paths[path][method] = keep({ security, parameters, requestBody, responses });
  }
process.stdout.write(`${JSON.stringify(excerpt)}\n`);

function keep(node, key) {
  if (Array.isArray(node)) return node.map((each) => keep(each));
  if (typeof node !== 'object' || node === null) return node;
  if (typeof node.$ref === 'string') adopt(node.$ref);
  const prose = key === 'properties' ? [] : ['description', 'example', 'examples', 'x-enumDescriptions'];
  return Object.fromEntries(
    Object.entries(node)
      .filter(([name]) => !prose.includes(name))
      .map(([name, value]) => [name, keep(value, name)]),
  );
}

function adopt(reference) {
  const [, , kind, name] = reference.split('/');
  excerpt.components[kind] ??= {};
  if (excerpt.components[kind][name]) return;
  excerpt.components[kind][name] = {};
  excerpt.components[kind][name] = opened.has(name) ? {} : keep(source.components[kind][name]);
  if (widened.has(name)) delete excerpt.components[kind][name].additionalProperties;
}
