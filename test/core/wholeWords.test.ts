import { wordIn } from '../../plugin/core/automation/wholeWords';

test.each([
  ['I want an AGENT!', 'agent'],
  ['no.agent please', 'agent'],
  ['a real  person, please', 'Real person'],
  ['Ｈｕｍａｎ', 'human'],
  ['ich will einen Menschen', 'MENSCHEN'],
  ['GROSSE STRASSE', 'straße'],
  ['ΘΕΛΩ ΥΠΑΛΛΗΛΟΣ', 'υπάλληλος'.normalize('NFD').replace(/\p{M}/gu, '')],
  ['İNSAN', 'insan'],
  ['нужен Оператор.', 'ОПЕРАТОР'],
  ['我要人工客服', '人工客服'],
  ['担当者お願いします', '担当者'],
  ['ขอคุยกับเจ้าหน้าที่ครับ', 'เจ้าหน้าที่'],
  ['أريد التحدث مع موظف من فضلك', 'موظف'],
  ['मुझे एजेंट चाहिए', 'एजेंट'],
  ['👩‍💼 please', '👩‍💼'],
])('"%s" holds the word "%s"', (text, word) => expect(wordIn(text, ['other', word])).toBe(word));

test.each([
  ['agents everywhere', 'agent'],
  ['superhuman', 'human'],
  ['agent_7', 'agent'],
  ["the agent's bag", 'agent'],
  ['', 'agent'],
])('"%s" does not hold the word "%s"', (text, word) => expect(wordIn(text, [word])).toBeUndefined());
