/** The sandbox page: shows the state the server streams, and sends what the two people write. */

const chosen = { customer: undefined, brand: undefined, interaction: undefined };
let state;

const byId = (id) => document.getElementById(id);

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function show(next) {
  state = next;
  chosen.customer ??= state.customers[0].id;
  chosen.brand ??= state.brands[0].id;
  chosen.interaction ??= state.interactions[0]?.id;
  showOutage();
  showPhone();
  showJourneys();
  showDesk();
}

function showOutage() {
  const button = byId('outage');
  button.setAttribute('aria-pressed', String(state.hostDown));
  button.textContent = state.hostDown ? 'The host is down: bring it back' : 'Take the host down';
}

function showPhone() {
  byId('customers').replaceChildren(
    ...state.customers.map(({ id, name }) =>
      element(
        'button',
        {
          type: 'button',
          'aria-pressed': String(id === chosen.customer),
          onclick: () => choose('customer', id),
        },
        name,
      ),
    ),
  );
  const customer = state.customers.find(({ id }) => id === chosen.customer);
  showBrands();
  const messages = customer.messages[chosen.brand];
  showMessages(byId('phone-messages'), messages, `${customer.name} has written nothing to them yet.`);
}

function showBrands() {
  const list = byId('brand');
  if (list.childElementCount === 0)
    list.replaceChildren(
      ...state.brands.map(({ id, name, username }) =>
        element('option', { value: id }, `${name} @${username}`),
      ),
    );
  list.value = chosen.brand;
}

function showDesk() {
  byId('interactions').replaceChildren(
    ...state.interactions.map(({ id, name, handle, inPublic, account }) =>
      element(
        'button',
        {
          type: 'button',
          'aria-pressed': String(id === chosen.interaction),
          onclick: () => choose('interaction', id),
        },
        element('strong', {}, name),
        element('small', {}, inPublic ? `@${handle} · post` : `@${handle}`),
        element('small', {}, account),
      ),
    ),
  );
  const interaction = state.interactions.find(({ id }) => id === chosen.interaction);
  byId('desk-head').replaceChildren(
    ...(interaction
      ? [
          element('span', { class: 'avatar', 'aria-hidden': 'true' }, interaction.name[0] ?? '?'),
          element(
            'div',
            {},
            element('strong', {}, interaction.name),
            element('small', {}, `X · @${interaction.handle}${interaction.inPublic ? ' · public post' : ''}`),
          ),
        ]
      : []),
  );
  showMessages(
    byId('desk-messages'),
    interaction?.messages ?? [],
    'Interactions appear here when a customer writes.',
  );
}

function showMessages(list, messages, empty) {
  const key = JSON.stringify(messages);
  if (list.dataset.key === key && list.childElementCount > 0) return;
  list.dataset.key = key;
  list.replaceChildren(
    ...(messages.length > 0 ? messages.map(bubble) : [element('p', { class: 'empty' }, empty)]),
  );
  list.scrollTop = list.scrollHeight;
}

function bubble({ id, mine, text, file, inPublic, encrypted }) {
  const parts = [];
  if (encrypted)
    parts.push(
      element(
        'span',
        { class: 'lock', role: 'img', 'aria-label': 'encrypted', title: 'End-to-end encrypted' },
        '🔒',
      ),
    );
  if (inPublic)
    parts.push(
      element(
        'span',
        { class: 'about' },
        mine ? 'Public post · ' : 'Public answer',
        ...(mine
          ? [element('button', { type: 'button', onclick: () => post(`/posts/${id}/delete`) }, 'delete')]
          : []),
      ),
    );
  if (file?.type.startsWith('image/')) parts.push(element('img', { src: file.url, alt: file.name }));
  else if (file?.type.startsWith('video/')) parts.push(element('video', { src: file.url, controls: '' }));
  else if (file) parts.push(element('a', { href: file.url }, file.name));
  if (text && text !== file?.name) parts.push(text);
  return element('div', { class: mine ? 'bubble mine' : 'bubble' }, ...parts);
}

function showJourneys() {
  const empty = element('li', { class: 'empty' }, 'Each message and its steps appear here.');
  byId('journeys').replaceChildren(...(state.journeys.length > 0 ? state.journeys.map(journey) : [empty]));
}

function journey({ direction, title, steps, state: last }) {
  return element(
    'li',
    { class: last },
    element('div', { class: 'title' }, `${direction === 'in' ? '→' : '←'} ${title}`),
    element(
      'ul',
      {},
      ...steps.map(({ step, detail, ms }) =>
        element(
          'li',
          {},
          element('b', {}, step),
          element('span', {}, detail),
          element('time', {}, `${ms} ms`),
        ),
      ),
    ),
  );
}

function choose(what, id) {
  chosen[what] = id;
  // What the next one writes begins as a private message.
  if (what !== 'interaction') {
    inPublic.checked = false;
    encrypted.checked = false;
    showWay();
  }
  show(state);
}

function readFile(input) {
  const [file] = input.files;
  if (!file) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve({ name: file.name, type: file.type, base64: reader.result.split(',')[1] });
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

function onWrite(formId, send) {
  const form = byId(formId);
  const file = form.querySelector('input[type=file]');
  const label = form.querySelector('.file');
  file.addEventListener('change', () => {
    label.classList.toggle('chosen', file.files.length > 0);
    label.title = file.files[0]?.name ?? '';
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const writing = { text: form.elements.text.value, file: await readFile(file) };
    if (writing.text === '' && !writing.file) return;
    form.elements.text.value = '';
    file.value = '';
    label.classList.remove('chosen');
    await send(writing);
  });
}

async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  });
  return response.json();
}

function showOutcome({ status, body }) {
  const words =
    status === 200
      ? 'Sent: X has it.'
      : status === 202
        ? `Queued: ${body.reason}`
        : `Not sent: ${body.error?.message ?? 'the plugin does not answer'}`;
  byId('outcome').textContent = words;
  byId('outcome').className = status === 200 || status === 202 ? '' : 'bad';
}

const inPublic = byId('phone-form').elements.public;
const encrypted = byId('phone-form').elements.encrypted;
const brandHandle = () => `@${state.brands.find(({ id }) => id === chosen.brand).username}`;

byId('brand').addEventListener('change', ({ currentTarget }) => choose('brand', currentTarget.value));
/** Says in the field what is to be written. */
function showWay() {
  const { text } = byId('phone-form').elements;
  if (inPublic.checked) text.placeholder = `Post to everybody, naming ${brandHandle()}`;
  else text.placeholder = encrypted.checked ? 'Start an encrypted message' : 'Start a message';
}

inPublic.addEventListener('change', () => {
  if (inPublic.checked) encrypted.checked = false;
  showWay();
});
encrypted.addEventListener('change', () => {
  if (encrypted.checked) inPublic.checked = false;
  showWay();
});
onWrite('phone-form', (writing) => {
  const isNamed = state.brands.some(({ username }) => writing.text.includes(`@${username}`));
  const named = inPublic.checked && !isNamed ? `${brandHandle()} ${writing.text}` : writing.text;
  const way = { public: inPublic.checked, encrypted: encrypted.checked, to: chosen.brand };
  return post(`/customers/${chosen.customer}`, { ...writing, text: named, ...way });
});
onWrite('desk-form', async (writing) => {
  if (chosen.interaction === undefined) return;
  byId('outcome').textContent = 'Sending …';
  showOutcome(await post(`/interactions/${chosen.interaction}`, writing));
});
byId('outage').addEventListener('click', () => post('/outage'));

new EventSource('/events').onmessage = ({ data }) => show(JSON.parse(data));

/** The panel, and what an account that is added there needs. */
async function showAbout() {
  const { panelUrl, panelPassword, second } = await (await fetch('about')).json();
  byId('panel').href = panelUrl;
  byId('panel-password').textContent = panelPassword;
  byId('second-id').textContent = second.id;
  byId('second-secret').textContent = second.secret;
}

/** On a narrow screen one of the three is shown at a time. */
function chooseTab(chosenTab) {
  document.querySelector('main').dataset.tab = chosenTab;
  for (const button of document.querySelectorAll('.tabs button'))
    button.setAttribute('aria-pressed', String(button.dataset.tab === chosenTab));
}

for (const button of document.querySelectorAll('.tabs button'))
  button.addEventListener('click', () => chooseTab(button.dataset.tab));
void showAbout();
