import type { Request } from 'express';

/** Which of X's two sets of names it knows: the one of its documents ("tweet"), or the one of its OpenAPI document ("post"). */
export type SimDialect = 'tweet' | 'post';

/** Every name that differs: in the OpenAPI document, in fields, and in expansions where that is another one. */
const names = [
  { post: 'referenced_posts', tweet: 'referenced_tweets', expansion: 'referenced_tweets.id' },
  { post: 'note_post', tweet: 'note_tweet' },
  { post: 'repost_count', tweet: 'retweet_count' },
  { post: 'edit_history_post_ids', tweet: 'edit_history_tweet_ids' },
];

type Query = Record<string, string>;

/**
 * A request in the OpenAPI document's names, whatever X knows; the simulators work with those.
 * @returns the parameter that X does not know, or that has a value it does not know
 */
export function readInDialect(
  request: Request,
  dialect: SimDialect,
): { query: Query } | { parameter: string; message: string } {
  const query = request.query as Query;
  if (dialect === 'post') return { query };
  const read: Query = {};
  for (const [name, value] of Object.entries(query)) {
    if (name === 'post.fields')
      return { parameter: name, message: `The query parameter [${name}] is not one of [tweet.fields]` };
    const values = value.split(',');
    const unknown = values.find((each) => names.some(({ post }) => post === each));
    if (unknown !== undefined)
      return {
        parameter: name,
        message: `The \`${name}\` query parameter value [${unknown}] is not one of [referenced_tweets.id]`,
      };
    const inOpenApi = (each: string) =>
      names.find(({ tweet, expansion }) => each === (name === 'expansions' ? (expansion ?? tweet) : tweet))
        ?.post ?? each;
    read[name === 'tweet.fields' ? 'post.fields' : name] = /fields$|^expansions$/.test(name)
      ? values.map(inOpenApi).join(',')
      : value;
  }
  return { query: read };
}

/** An answer in the names X knows. */
export function writeInDialect(body: unknown, dialect: SimDialect): unknown {
  return dialect === 'post' ? body : renamed(body);
}

function renamed(value: unknown, parent = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => renamed(each, parent));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const known = parent === 'includes' && name === 'posts' ? 'tweets' : undefined;
      return [known ?? names.find(({ post }) => post === name)?.tweet ?? name, renamed(each, name)];
    }),
  );
}
