import { createHash } from 'node:crypto';
import type { AccountFacts } from '../../core/accountFacts';

const fact = 'OAuth 2.0 refresh token used';

/** A refresh token of the configuration, which stands in for connecting: it is used once. */
export class OAuth2Seed {
  constructor(
    private readonly account: string,
    private readonly token: string,
    private readonly facts: AccountFacts,
  ) {}

  /** The token, while it was not used yet. */
  fresh(): string | undefined {
    const isUsed = this.facts.read(this.account, fact) === markOf(this.token);
    return this.token === '' || isUsed ? undefined : this.token;
  }

  markUsed(): void {
    if (this.token !== '') this.facts.save(this.account, fact, markOf(this.token));
  }
}

const markOf = (token: string) => createHash('sha256').update(token).digest('hex');
