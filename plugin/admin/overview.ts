import { standingOf } from '../accounts/accountHealth';
import type { Account } from '../accounts/account';
import { pluginHealth } from '../accounts/pluginHealth';
import type { MessageStore } from '../core/ports';
import type { AccountHealth, NodeHealth } from '../core/health';
import type { AccountState, Machine, Overview } from '../panel/api';
import { costsByDay } from './prices';
import type { RunningPlugin } from './runningPlugin';
import { phrase } from '../texts/text';

const hour = 60 * 60_000;
const hoursShown = 24;
const daysOfCosts = 14;

/** How everything stands, with what the charts need. */
export async function overview({ version, store, logs, clock, accounts }: RunningPlugin): Promise<Overview> {
  const health = await pluginHealth({ store, version, logs }, accounts.all());
  return {
    version,
    status: health.status,
    ...(health.store.reason === undefined ? {} : { storeTrouble: health.store.reason }),
    logDir: logs.dir,
    ...(health.nodes ? { machines: health.nodes.map(machineOf) } : {}),
    accounts: await Promise.all(accounts.all().map((account) => accountState(account, store, clock.now()))),
  };
}

function machineOf({ name, version, lastSeenAt, accounts, isLeader }: NodeHealth): Machine {
  return { name, version, lastSeenAt, accounts, isLeader };
}

async function accountState(account: Account, store: MessageStore, now: number): Promise<AccountState> {
  const { name, active, ownUser, delivery } = account;
  const health = await account.health();
  const isConfirmed = health.signIn.x.state !== 'unknown' || ownUser.id() !== undefined;
  const reasons = active
    ? [...(isConfirmed ? [] : [unconfirmed(ownUser.trouble())]), ...reasonsOf(health)]
    : [];
  const waits = health.inbound.waiting + health.outbound.waiting > 0;
  const handle = ownUser.handle();
  const user = handle === undefined ? account.userId() : `@${handle}`;
  return {
    name,
    active,
    state: !active
      ? 'off'
      : !isConfirmed
        ? 'starting'
        : reasons.length > 0
          ? 'trouble'
          : waits
            ? 'waiting'
            : 'ok',
    reasons,
    delivery,
    ...(user === undefined ? {} : { user }),
    waitingIn: health.inbound.waiting,
    waitingOut: health.outbound.waiting,
    failedIn: health.inbound.setAside,
    filtered: health.inbound.filtered,
    failedOut: health.outbound.failed,
    hours: await hoursOf(name, store, now),
    windows: standingOf(account, store).windows,
    costs: costsByDay(await store.charges.since(name, now - daysOfCosts * 24 * hour)),
  };
}

function unconfirmed(trouble: string | undefined): string {
  return trouble === undefined
    ? phrase('overview.unconfirmed')
    : phrase('overview.unconfirmedSince', { reason: trouble });
}

/** What an admin has to do something about. */
function reasonsOf({ webhook, signIn, inbound, outbound, chat }: AccountHealth): string[] {
  return [
    ...(signIn.x.state === 'refused'
      ? [phrase('overview.xSignedOut', { reason: signIn.x.reason ?? '' })]
      : []),
    ...(signIn.host.state === 'refused'
      ? [phrase('overview.motionSignedOut', { reason: signIn.host.reason ?? '' })]
      : []),
    ...(webhook.state === 'trouble' ? [noDelivery(webhook)] : []),
    ...chatReasons(chat),
    ...[inbound.waitingBecause, outbound.waitingBecause].filter((reason) => reason !== undefined),
  ];
}

/** Without keys there is nothing to do until the first customer writes encrypted. */
function chatReasons({ state, reason, lastMessageAt }: AccountHealth['chat']): string[] {
  if (state === 'no-keys')
    return lastMessageAt === undefined ? [] : [phrase('overview.chatWithoutKeys', { at: lastMessageAt })];
  return reason === undefined ? [] : [phrase('overview.chat', { reason })];
}

async function hoursOf(
  account: string,
  { history }: MessageStore,
  now: number,
): Promise<AccountState['hours']> {
  const first = Math.floor(now / hour) * hour - (hoursShown - 1) * hour;
  const counted = await history.hours(account, first);
  return Array.from({ length: hoursShown }, (_, index) => {
    const at = first + index * hour;
    return { at, in: counted.in.get(at) ?? 0, out: counted.out.get(at) ?? 0 };
  });
}

function noDelivery({ reason = phrase('check.noEvents'), since }: AccountHealth['webhook']): string {
  return since === undefined ? reason : phrase('overview.noEventsSince', { since, reason });
}
