import { text } from './types';

/** Code points of a notice as it is written here. */
const maxNoticeLength = 256;

/** What a notice may hold; each is filled in when it is sent. */
const noticeVariables = ['userId', 'nickName', 'account', 'workingHours'];

/** A text with variables. */
const textWith = (variables: string[]) =>
  text()
    .superRefine((value, context) => {
      const complain = (message: string) => context.addIssue({ code: 'custom', message });
      if (Array.from(value).length > maxNoticeLength)
        complain(`must have at most ${maxNoticeLength} characters`);
      const known = variables.map((name) => `\${${name}}`).join(', ');
      const used = [...value.matchAll(/\$\{([^}]*)\}/g)].map(([, name = '']) => name);
      for (const name of used)
        if (!variables.includes(name)) complain(`knows no variable \${${name}}; there are ${known}`);
      if (value.replace(/\$\{[^}]*\}/g, '').includes('${')) complain('has a ${ without its }');
    })
    .default('');

/** What customers are told. */
export const noticeText = textWith(noticeVariables);
/** What customers are told who wait. */
export const queueNotice = textWith([...noticeVariables, 'position', 'waitTime']);
