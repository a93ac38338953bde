import { standingOf } from '../accounts/accountHealth';
import type { Account } from '../accounts/account';
import { pluginHealth } from '../accounts/pluginHealth';
import type { LatestMessages } from '../core/people';
import type { MessageStore } from '../core/ports';
import type { AccountHealth, NodeHealth } from '../core/health';
import type { AccountState, Machine, Overview, Waits } from '../panel/api';
import { costsByDay, costsNeededSince, monthOfCosts } from './prices';
import type { RunningPlugin } from './runningPlugin';
import { phrase } from '../texts/text';

const hour = 60 * 60_000;
const hoursShown = 24;
const daysOfCosts = 14;

/** What waits no longer than this may well go on by itself. */
const shortWait = 15 * 60_000;

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
  const charges = await store.charges.since(
    name,
    Math.min(costsNeededSince(now), now - daysOfCosts * 24 * hour),
  );
  const month = monthOfCosts(charges, now);
  const { monthlyLimit } = account.settings.costs;
  const latest = await store.history.latest(name);
  const waits = waitsOf(health, latest);
  const { unanswered } = health.inbound;
  const toMend = [
    ...(isConfirmed ? [] : [unconfirmed(ownUser.trouble())]),
    ...reasonsOf(health),
    ...(unanswered > 0 ? [phrase('overview.unanswered', { count: unanswered })] : []),
    ...(monthlyLimit > 0 && month.month >= monthlyLimit
      ? [phrase('overview.costLimit', { dollars: month.month.toFixed(2), limit: String(monthlyLimit) })]
      : []),
  ];
  // X was asked a moment ago, and may just not have answered yet.
  const isAsking = !isConfirmed && ownUser.trouble() === undefined;
  const needsPerson =
    active &&
    (toMend.length > (isAsking ? 1 : 0) ||
      waits.some(({ since }) => since !== undefined && now - since > shortWait));
  const handle = ownUser.handle();
  const user = handle === undefined ? account.userId() : `@${handle}`;
  return {
    name,
    active,
    state: !active
      ? 'off'
      : !isConfirmed
        ? 'starting'
        : needsPerson
          ? 'trouble'
          : waits.length > 0
            ? 'waiting'
            : 'ok',
    reasons: active ? toMend : [],
    delivery,
    ...(user === undefined ? {} : { user }),
    waitingIn: health.inbound.waiting,
    waitingOut: health.outbound.waiting,
    failedIn: health.inbound.setAside,
    filtered: health.inbound.filtered,
    failedOut: health.outbound.failed,
    hours: await hoursOf(name, store, now),
    windows: standingOf(account, store).windows,
    costs: costsByDay(charges.filter(({ day }) => day >= now - daysOfCosts * 24 * hour)),
    month,
    ...(latest.in === undefined ? {} : { lastInAt: latest.in }),
    ...(latest.out === undefined ? {} : { lastOutAt: latest.out }),
    waits,
    needsPerson,
  };
}

function unconfirmed(trouble: string | undefined): string {
  return trouble === undefined
    ? phrase('overview.unconfirmed')
    : phrase('overview.unconfirmedSince', { reason: trouble });
}

/** What waits, in each direction in which something does. */
function waitsOf({ inbound, outbound }: AccountHealth, latest: LatestMessages): Waits[] {
  return (
    [
      ['in', inbound, latest.waitingIn],
      ['out', outbound, latest.waitingOut],
    ] as const
  )
    .filter(([, { waiting }]) => waiting > 0)
    .map(([direction, { waiting, waitingBecause }, { since, nextTryAt }]) => ({
      direction,
      count: waiting,
      ...(since === undefined ? {} : { since }),
      ...(waitingBecause === undefined ? {} : { reason: withoutCall(waitingBecause) }),
      ...(nextTryAt === undefined ? {} : { nextTryAt }),
    }));
}

/** Which endpoint was called is for the log and for the list of messages. */
function withoutCall(reason: string): string {
  const words = reason.replace(/ (?:for|to) (?:GET|POST|PUT|DELETE) \/\S+/, '');
  return words.endsWith('.') ? words : `${words}.`;
}

/** What an admin has to do something about. */
function reasonsOf({ webhook, signIn, chat }: AccountHealth): string[] {
  return [
    ...(signIn.x.state === 'refused'
      ? [phrase('overview.xSignedOut', { reason: signIn.x.reason ?? '' })]
      : []),
    ...(signIn.host.state === 'refused'
      ? [phrase('overview.motionSignedOut', { reason: signIn.host.reason ?? '' })]
      : []),
    ...(webhook.state === 'trouble' ? [noDelivery(webhook)] : []),
    ...chatReasons(chat),
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
