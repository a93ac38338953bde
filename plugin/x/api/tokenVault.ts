import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { AccountFacts } from '../../core/accountFacts';
import { openBox, rememberingKeys, sealBox, sealedBox } from '../../disk/sealedBox';

/** What is kept of a sign-in with OAuth 2.0. */
const savedTokens = z.object({
  /** The client they were handed out to. */
  clientId: z.string(),
  accessToken: z.string(),
  /** X's time, in ms since 1970. */
  expiresAt: z.number(),
  refreshToken: z.string().optional(),
  scopes: z.array(z.string()).optional(),
  /** The X user who signed in; unknown where X did not say it yet. */
  userId: z.string().optional(),
});

export type SavedTokens = z.infer<typeof savedTokens>;

const sealedTokens = z.object({ sealed: sealedBox });

const fact = 'OAuth 2.0 sign-in';

/** Tokens that are there but cannot be read. */
export class TokensLocked extends Error {}

/**
 * Where an account's OAuth 2.0 tokens are kept: in the store, encrypted where the environment has a `DATA_KEY`. There is one
 * for an account, however often it is begun again.
 */
export class TokenVault {
  private readonly derive = rememberingKeys();
  private last: Promise<unknown> = Promise.resolve();
  private pending: SavedTokens | undefined;
  /** One for all that this process writes, so that nothing has to be derived between X's answer and the disk. */
  private readonly salt = randomBytes(16);

  constructor(
    private readonly account: string,
    private readonly facts: AccountFacts,
    private readonly dataKey: string,
  ) {}

  /**
   * One piece of work with the tokens at a time, whoever does it: an account that is begun again must not use a refresh token
   * that its former self is just spending.
   */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work);
    this.last = mine.catch(() => undefined);
    return mine;
  }

  /** Tokens that have been handed out and could not be written down yet: the only copy. */
  isUnsaved(): boolean {
    return this.pending !== undefined;
  }

  /** @throws TokensLocked in words for the admin */
  async read(): Promise<SavedTokens | undefined> {
    if (this.pending) return this.pending;
    const text = this.facts.read(this.account, fact);
    if (text === undefined) return undefined;
    const saved: unknown = JSON.parse(text);
    const sealed = sealedTokens.safeParse(saved);
    if (!sealed.success) return savedTokens.safeParse(saved).data;
    if (this.dataKey === '')
      throw new TokensLocked(
        'the OAuth 2.0 tokens are encrypted: start the plugin with the DATA_KEY they were saved with',
      );
    let opened: string;
    try {
      opened = (await openBox(sealed.data.sealed, this.dataKey, this.derive)).toString('utf8');
    } catch {
      throw new TokensLocked(
        'the OAuth 2.0 tokens cannot be opened with this DATA_KEY: start the plugin with the right one, or connect again',
      );
    }
    return savedTokens.parse(JSON.parse(opened));
  }

  private async sealed(tokens: SavedTokens): Promise<string> {
    const plain = Buffer.from(JSON.stringify(tokens));
    return JSON.stringify({ sealed: await sealBox(plain, this.dataKey, this.derive, this.salt) });
  }

  /** On disk once this resolves. @throws BridgeError `store-unavailable`; then they are kept here until `flush` */
  save(tokens: SavedTokens): Promise<void> {
    this.pending = tokens;
    return this.flush();
  }

  /** Writes down what could not be written before. @throws BridgeError `store-unavailable` */
  async flush(): Promise<void> {
    const tokens = this.pending;
    if (!tokens) return;
    const text = this.dataKey === '' ? JSON.stringify(tokens) : await this.sealed(tokens);
    if (this.pending !== tokens) return;
    await this.facts.keep(this.account, fact, text);
    if (this.pending !== tokens) return;
    this.pending = undefined;
  }

  forget(): void {
    this.pending = undefined;
    this.facts.forget(this.account, fact);
  }
}

/** One vault for each account, which outlives the account's being begun again. */
export class TokenVaults {
  private readonly vaults = new Map<string, TokenVault>();

  constructor(
    private readonly facts: AccountFacts,
    private readonly dataKey: string,
  ) {}

  of(account: string): TokenVault {
    const vault = this.vaults.get(account) ?? new TokenVault(account, this.facts, this.dataKey);
    this.vaults.set(account, vault);
    return vault;
  }

  /** Resolves when nothing is done with any tokens any longer: what X is just handing out has to reach the disk. */
  async settled(): Promise<void> {
    await Promise.all([...this.vaults.values()].map((vault) => vault.inTurn(() => Promise.resolve())));
  }
}
