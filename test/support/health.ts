/** What `/health` answers, as far as tests look at it. */
export interface HealthBody {
  status: string;
  nodes?: { name: string; accounts: string[]; isLeader: boolean; isSelf: boolean }[];
  store: { state: string; reason?: string };
  accounts: Record<
    string,
    {
      inbound: {
        state: string;
        waiting: number;
        setAside: number;
        filtered: number;
        waitingBecause?: string;
      };
      outbound: { state: string; waiting: number; failed: number; waitingBecause?: string };
      webhook: { state: string; reason?: string; since?: string; lastEventAt?: string };
      chat: { state: string; reason?: string; lastMessageAt?: string };
      customers: { lastReadAt?: string; lastTypingAt?: string };
      signIn: {
        x: { state: string; reason?: string };
        oauth2?: { state: string; reason?: string };
        host: { state: string; reason?: string };
      };
    }
  >;
}
