import { BridgeError } from '../../plugin/core/errors';
import { phrase, say, verbatim } from '../../plugin/texts/text';
import { en } from '../../plugin/texts/en';

/** What a customer or X may have written, and what the library of texts could take for its own. */
const hostile = [
  '{reply} {{reply}} {why}',
  '$t(reply.empty)',
  '$& $1 $$',
  '<b>"&\'</b>',
  'a{',
  '}',
  '',
  '{count}',
];

test.each(hostile)('%j is filled in as it is', (words) => {
  expect(phrase('message.reaction', { message: words, reaction: words })).toBe(
    `The customer reacted to ${words} with ${words}.`,
  );
  expect(verbatim(words).in('en')).toBe(words);
});

test('a sentence holds another one', () => {
  const both = say('reply.mayHaveArrived', { text: say('x.forbidden') });
  expect(both.in('en')).toMatch(/^X does not allow this message to this customer\. An earlier attempt may/);
});

test('numbers choose the form', () => {
  expect(phrase('admin.tooManyAttempts', { count: 1 })).toContain('in 1 second.');
  expect(phrase('admin.tooManyAttempts', { count: 2 })).toContain('in 2 seconds.');
});

test('an error has its code, and its sentence with what is filled in', () => {
  const error = new BridgeError('bad-request', say('reply.tooManyFiles', { max: 10 }));
  expect(error.text).toMatchObject({ key: 'reply.tooManyFiles', values: { max: 10 } });
  expect(error.message).toBe('At most 10 files can be sent at a time.');
  const technical = new BridgeError('x-unavailable', 'X answered 503', {
    agentMessage: say('x.unavailable'),
  });
  expect(technical.text.key).toBe('x.unavailable');
  expect(new BridgeError('x-unavailable', 'X answered 503').text.in('en')).toBe('X answered 503');
});

test('no sentence is empty, and braces are closed', () => {
  const sentences = (part: object): string[] =>
    Object.values(part).flatMap((each: unknown) =>
      typeof each === 'string' ? [each] : sentences(each as object),
    );
  for (const sentence of sentences(en)) {
    expect(sentence.trim()).not.toBe('');
    expect(sentence.replace(/\{\w+\}/g, '')).not.toMatch(/[{}]/);
  }
});
