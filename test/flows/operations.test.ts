import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rig } from '../support/rig';
import { shippedOptions } from '../support/shippedOptions';

const folder = 'scripts/operations';
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig.stop());

const metrics = async () => (await fetch(`${rig.url}/metrics`)).text();

/** The names of the plugin's metrics in a text. */
const named = (text: string) => [...new Set(text.match(/openchannelx_\w+/g))].sort();

test.each(['grafana-dashboard.json', 'alerts.yml'])('%s asks for metrics that there are', async (name) => {
  const known = named(await metrics());
  const asked = named(read(name));
  expect(asked.length).toBeGreaterThan(2);
  expect(asked.filter((each) => !known.includes(each))).toEqual([]);
});

test('the alerts ask for parts that there are, and each says what to do', async () => {
  const alerts = read('alerts.yml');
  const parts = [...alerts.matchAll(/part="(\w+)"/g)].map(([, part]) => part);
  const shown = await metrics();
  for (const part of parts) expect(shown).toContain(`openchannelx_well{account="support",part="${part}"} 1`);
  expect(alerts.match(/- alert:/g)).toHaveLength(alerts.match(/action:/g)?.length ?? 0);
});

test('what needs somebody is 0', async () => {
  rig.host.faults.add({ when: /notify/, status: 401, times: Infinity });
  await rig.customerWrites('hello');
  await rig.waits('inbound');
  const shown = await metrics();
  expect(shown).toContain('openchannelx_well{account="support",part="host_sign_in"} 0');
  expect(shown).toContain('openchannelx_well{account="support",part="inbound"} 0');
  expect(shown).toContain('openchannelx_store_well 1');
});

test('the unit and the PM2 file start what is in the zip', () => {
  const { parameters } = JSON.parse(readFileSync('manifest.json', 'utf8')) as {
    parameters: { scriptPath: string };
  };
  const unit = read('openchannel-x.service');
  expect(unit).toContain(` /opt/openchannel-x/${parameters.scriptPath} `);
  // The panel saves the configuration: its folder has to be one that the unit may write to.
  const [, state] = /^StateDirectory=(\S+)/m.exec(unit) ?? [];
  expect(/--config (\S+)$/m.exec(unit)?.[1]).toBe(`/var/lib/${state}/plugin.config.json`);
  const pm2 = read('openchannel-x.pm2.config.js');
  expect(pm2).toContain(`script: '${parameters.scriptPath}'`);
  expect(pm2).toContain(`node_args: [${shippedOptions.map((option) => `'${option}'`).join(', ')}]`);
});
