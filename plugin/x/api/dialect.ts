import type { AccountFacts } from '../../core/accountFacts';
import { isRecord } from '../../core/isRecord';

/**
 * X renames "tweet" to "post" in its API: its documents use the one, its OpenAPI document the other, and a call with names
 * that X does not know is refused whole (400, "Invalid Request").
 */
export type DialectName = 'tweet' | 'post';

type Query = Record<string, string>;

const fact = "X's names of fields";

/** Names of the "post" dialect, in which calls are written, and what the other one has for them. */
const inFields: Record<string, string> = {
  referenced_posts: 'referenced_tweets',
  note_post: 'note_tweet',
  edit_history_post_ids: 'edit_history_tweet_ids',
};
const inExpansions: Record<string, string> = {
  referenced_posts: 'referenced_tweets.id',
  edit_history_post_ids: 'edit_history_tweet_ids',
};

const dialectWords =
  /\b(?:(?:post|tweet)\.fields|(?:referenced|pinned)_(?:posts?|tweets?)|note_(?:post|tweet)|edit_history_(?:post|tweet)_ids)\b/;

/** Which of X's two sets of names an account's calls use: learnt from a refusal, and remembered. */
export class Dialect {
  private name: DialectName;

  constructor(
    private readonly account: string,
    private readonly facts: AccountFacts,
  ) {
    this.name = facts.read(account, fact) === 'post' ? 'post' : 'tweet';
  }

  /** A query in the names X takes, as far as is known. */
  translate(query: Query, name = this.name): Query {
    if (name === 'post') return query;
    return Object.fromEntries(
      Object.entries(query).map(([name, value]) => {
        if (name === 'post.fields') return ['tweet.fields', mapped(value, inFields)];
        return [name, name === 'expansions' ? mapped(value, inExpansions) : value];
      }),
    );
  }

  /** Which names calls use now. */
  current(): DialectName {
    return this.name;
  }

  /** Whether a refusal (400) of a query in these names is about names that differ between the two. */
  isRefused(query: Query, used: DialectName, answer: unknown): boolean {
    const sent = this.translate(query, used);
    const usesNames = dialectWords.test([...Object.keys(sent), ...Object.values(sent)].join(' '));
    return usesNames && dialectWords.test(wordsOf(answer));
  }

  /** X has refused these names: the others are used, unless another call has found that out meanwhile. */
  leave(refused: DialectName): void {
    if (this.name === refused) this.name = refused === 'post' ? 'tweet' : 'post';
  }

  /** The names in use have proved right. */
  keep(): void {
    this.facts.save(this.account, fact, this.name);
  }
}

function mapped(list: string, names: Record<string, string>): string {
  return list
    .split(',')
    .map((each) => names[each] ?? each)
    .join(',');
}

/** What X says was wrong: the messages, and the names of the parameters. */
function wordsOf(answer: unknown): string {
  if (!isRecord(answer)) return '';
  const errors = Array.isArray(answer['errors']) ? (answer['errors'] as unknown[]) : [];
  return [answer, ...errors]
    .filter(isRecord)
    .flatMap(({ detail, message, parameters }) => [
      ...[detail, message].filter((each) => typeof each === 'string'),
      ...(isRecord(parameters) ? Object.keys(parameters) : []),
    ])
    .join(' ');
}
