import { KeyedQueue, type QueueOutcome } from '../../plugin/core/keyedQueue';
import { ManualClock } from '../support/manualClock';
import { until } from '../support/until';

interface Work {
  queueName: string;
  finish: (outcome: QueueOutcome | undefined) => void;
  fail: (error: Error) => void;
}

function setUp(concurrency: number) {
  const clock = new ManualClock();
  const started: Work[] = [];
  const defects: string[] = [];
  const queue = new KeyedQueue({
    clock,
    concurrency,
    work: (queueName) => new Promise((finish, fail) => started.push({ queueName, finish, fail })),
    onDefect: (queueName) => defects.push(queueName),
  });
  const queueNames = () => started.map(({ queueName }) => queueName);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, started, defects, queue, queueNames, settled };
}

test('lanes run side by side, up to the limit, and a lane never beside itself', async () => {
  const { queue, started, queueNames, settled } = setUp(2);
  for (const queueName of ['a', 'a', 'b', 'c']) queue.wake(queueName);
  expect(queueNames()).toEqual(['a', 'b']);
  started[0]!.finish(undefined);
  await settled();
  expect(queueNames()).toEqual(['a', 'b', 'c']);
});

test('a lane woken while it works looks once more', async () => {
  const { queue, started, queueNames, settled } = setUp(1);
  queue.wake('a');
  queue.wake('a');
  started[0]!.finish(undefined);
  await settled();
  expect(queueNames()).toEqual(['a', 'a']);
  started[1]!.finish(undefined);
  await settled();
  expect(queueNames()).toEqual(['a', 'a']);
});

test('a lane that must wait is taken up when its time has come, or when everything is woken', async () => {
  const { queue, started, queueNames, clock, settled } = setUp(1);
  queue.wake('a');
  started[0]!.finish({ again: 'at', dueAt: clock.now() + 500 });
  await settled();
  clock.advance(499);
  expect(queueNames()).toEqual(['a']);
  clock.advance(1);
  expect(queueNames()).toEqual(['a', 'a']);
  started[1]!.finish({ again: 'at', dueAt: clock.now() + 500 });
  await settled();
  queue.wakeAll();
  expect(queueNames()).toEqual(['a', 'a', 'a']);
  expect(clock.due).toEqual([]);
});

test('a defect is reported, and the lane goes on later', async () => {
  const { queue, started, queueNames, clock, defects, settled } = setUp(1);
  queue.wake('a');
  started[0]!.fail(new Error('oops'));
  await settled();
  expect(defects).toEqual(['a']);
  clock.advance(5_000);
  expect(queueNames()).toEqual(['a', 'a']);
});

test('stopping waits for what runs and starts nothing more', async () => {
  const { queue, started, queueNames } = setUp(1);
  queue.wake('a');
  queue.wake('b');
  let stopped = false;
  void queue.stop().then(() => (stopped = true));
  started[0]!.finish({ again: 'now' });
  await until(() => stopped, 'the queue to stop');
  expect(queueNames()).toEqual(['a']);
});
