/** How one account stands. No secrets, no message text. */
export interface AccountHealth {
  active: boolean;
  inbound: {
    state: 'ok' | 'waiting' | 'off';
    waiting: number;
    setAside: number;
    /** Kept from the agents by the account's filters. */
    filtered: number;
    /** Customers without a reply from an agent for longer than the settings allow. */
    unanswered: number;
    waitingBecause?: string;
  };
  outbound: { state: 'ok' | 'waiting' | 'off'; waiting: number; failed: number; waitingBecause?: string };
  /**
   * The delivery of events, whatever the delivery. `quiet`: all is set up, but X has delivered nothing since the
   * start; `trouble`: X does not deliver, and `reason` says what to do.
   */
  webhook: {
    state: 'starting' | 'ok' | 'quiet' | 'trouble' | 'off';
    delivery: string;
    check: string;
    reason?: string;
    /** While it is `trouble`: up to when events certainly arrived. */
    since?: string;
    lastEventAt?: string;
  };
  /** `x`: both sign-ins together; `oauth1` and `oauth2` are there where the account uses them. */
  signIn: { x: SignInHealth; oauth1?: SignInHealth; oauth2?: SignInHealth; host: SignInHealth };
  /** Encrypted X Chat: while it is not `ok` its messages cannot be read, and agents are told of each. */
  chat: {
    state: 'off' | 'starting' | 'no-keys' | 'locked' | 'stale' | 'ok';
    reason?: string;
    lastMessageAt?: string;
  };
  /** When a customer last read one of our messages, and last typed. */
  customers: { lastReadAt?: string; lastTypingAt?: string };
}

export interface SignInHealth {
  state: 'unknown' | 'ok' | 'refused';
  reason?: string;
}

/** A rate limit window as X last told of it. */
export interface KnownWindow {
  call: string;
  left: number;
  limit?: number;
  /** Milliseconds since 1970. */
  resetAt: number;
}

/** What only the process that handles an account knows of it. */
export interface AccountStanding extends Pick<AccountHealth, 'webhook' | 'signIn' | 'chat' | 'customers'> {
  /** The rate limit windows X has told of, the tightest first. */
  windows: KnownWindow[];
}

/** A process of several that share the store. */
export interface NodeHealth {
  name: string;
  version: string;
  startedAt: string;
  lastSeenAt: string;
  accounts: string[];
  /** It sees to the panel, and to what is done once for all. */
  isLeader: boolean;
  /** The one that answers. */
  isSelf: boolean;
}

export interface Health {
  status: 'ok' | 'degraded' | 'broken';
  version: string;
  /** Absent where there is only one process. */
  nodes?: NodeHealth[];
  store: { state: 'ok' | 'broken'; reason?: string };
  log: { dir: string };
  accounts: Record<string, AccountHealth>;
}
