import { HostRefusals } from '../../plugin/core/inbound/hostRefusals';

test('what the host accepts for one account says nothing of another', () => {
  const refusals = new HostRefusals();
  expect(refusals.noteRefused('a', 1, 'a dm:1')).toEqual({ verdict: 'set-aside' });
  expect(refusals.noteRefused('a', 2, 'a dm:2')).toEqual({ verdict: 'wait', restore: [1] });
  refusals.noteAccepted('b', 9);
  expect(refusals.noteRefused('a', 1, 'a dm:1')).toEqual({ verdict: 'wait', restore: [] });
  refusals.noteAccepted('a', 2);
  expect(refusals.noteRefused('a', 1, 'a dm:1')).toEqual({ verdict: 'set-aside' });
});
