/** The checks of a gateway's configuration together: each finds its problems beside those of the others. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkGatewayConfig } from './main.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-gateway-check-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Writes the files, checks `gateway.toml` among them, and returns its problems as `LINE: message`. */
function problemsOf(files: Record<string, string>): string[] {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  const { problems, warnings } = checkGatewayConfig({ config: join(dir, 'gateway.toml') }, { files: true });
  return [
    ...problems.map(({ line, message }) => `${line}: ${message}`),
    ...warnings.map(({ line, message }) => `warning at ${line}: ${message}`),
  ];
}

describe('a wrong setting', () => {
  it('hides no other problem of its table, of the neighbours in its list, and of other tables', () => {
    const found = problemsOf({
      'gateway.toml': `machinesMax = 0
machines = [{ match = "a/*" }, { match = "b/*", type = "pmp" }]
[broker]
host = "0.0.0.0"
anonymous = "loopback"
port = -1
telemetryFilters = ["a#", 3]
[[broker.users]]
name = "a b"
password = "x"
passwordHash = "y"
[[broker.users]]
name = "c"
publish = [1, "b#"]
[[serial.ports]]
path = ""
topic = "a/{sensor}"
[[serial.ports]]
path = "/dev/x"
baudRate = 1
topic = "a"
[[serial.ports]]
path = "/dev/x"
topic = "a"
[[routes]]
topic = "a/{site}"
format = "xml"
site = 1
[[routes]]
topic = "$x/{place}/{machine}"
format = "json"
[uplink]
url = "mqtt://cloud"
caFile = "/nowhere.pem"
lingerMs = -1
[jobs]
retention = 1
statistics = "* * 32 * *"
`,
    });
    expect(found).toEqual(
      [
        '1: machinesMax must be at least 1, not 0',
        '2: machines[0].type is missing (The name of their m',
        "2: machines[1].type: no machine type 'pmp'; did you",
        '5: broker.anonymous = "loopback" lets programs on t',
        '6: broker.port must be at least 0, not -1',
        '7: broker.telemetryFilters[1] must be a text in quo',
        "7: broker.telemetryFilters[0]: 'a#' is not a valid",
        '9: broker.users[0].name must be a name without blan',
        '11: broker.users[0] has both password and passwordH',
        '11: broker.users[0].passwordHash: a password hash d',
        '12: broker.users[1] has no password; set password,',
        '14: broker.users[1].publish[0] must be a text in qu',
        "14: broker.users[1].publish[1]: 'b#' is not a valid",
        '16: serial.ports[0].path must not be empty',
        '17: serial.ports[0].topic has {sensor}, which is ne',
        '20: serial.ports[1].baudRate must be at least 50, n',
        "23: serial.ports[2].path: '/dev/x' is taken by seri",
        "26: routes[0]: the topic 'a/{site}' says no machine",
        '27: routes[0] must have format = "json" or "number"',
        '28: routes[0].site must be a text in quotes, not 1',
        "30: routes[1]: the topic '$x/{place}/{machine}' has",
        "30: routes[1]: the topic '$x/{place}/{machine}' beg",
        "30: routes[1]: the topic '$x/{place}/{machine}' say",
        '34: uplink.caFile: /nowhere.pem would not be used,',
        '34: uplink.caFile names /nowhere.pem: there is no s',
        '35: uplink.lingerMs must be at least 0, not -1',
        '37: jobs.retention must be a table, not 1',
        "38: schedule '* * 32 * *' of job statistics: '32' is",
        'warning at 10: broker.users[0].password has fewer than 8 characters',
        'warning at 33: uplink.url is set without uplink.password',
      ].map((start) => expect.stringContaining(start)),
    );
  });
});

it('reports listeners of one port, at the line of one that is set', () => {
  expect(problemsOf({ 'gateway.toml': '[broker]\nport = 8081\nwebsocketPort = 8081\n' })).toEqual([
    '2: http.port: port 8081 is taken by broker.port; choose another',
    '3: broker.websocketPort: port 8081 is taken by broker.port; choose another',
  ]);
});

it('warns of what can be used and probably is not meant', () => {
  const text = `[http]
host = "0.0.0.0"
openOnLoopback = true
[uplink]
url = "mqtt://cloud"
password = "short"
`;
  expect(problemsOf({ 'gateway.toml': text })).toEqual([
    expect.stringMatching(
      /^warning at 3: http\.openOnLoopback has no effect, because http\.host is 0\.0\.0\.0/,
    ),
    'warning at 6: uplink.password has fewer than 8 characters, which no cloud takes',
  ]);
  expect(problemsOf({ 'gateway.toml': '[uplink]\nurl = "mqtt://cloud"\n' })).toEqual([
    expect.stringMatching(/^warning at 2: uplink\.url is set without uplink\.password/),
  ]);
});

describe('a mapping', () => {
  const route = (more: string) => `[[routes]]\ntopic = "a/#"\nsite = "s"\n${more}\n`;

  it('is a ready one, one of a folder, or a table, and the route needs no format', () => {
    expect(problemsOf({ 'gateway.toml': route('mapping = "tasmota"') })).toEqual([]);
    const table = 'machine = "m"\n[routes.mapping]\nfields = [{ path = "a" }]';
    expect(problemsOf({ 'gateway.toml': route(table) })).toEqual([]);
    const files = { 'own/press.toml': 'machine = "{.id}"\nfields = [{ path = "a.b" }]\n' };
    const named = `mappingsDir = "${join(dir, 'own')}"\n${route('mapping = "press"')}`;
    expect(problemsOf({ ...files, 'gateway.toml': named })).toEqual([]);
    const { config } = checkGatewayConfig({ config: join(dir, 'gateway.toml') }, { files: true });
    expect(config?.routes).toMatchObject([{ format: 'mapped', mapping: { machine: '{.id}' } }]);
  });

  it('that is wrong is reported by route, or by its file, with its key', () => {
    expect(problemsOf({ 'gateway.toml': route('mapping = "tasmot"') })).toEqual([
      "4: routes[0]: there is no mapping 'tasmot'; did you mean 'tasmota'?",
    ]);
    expect(problemsOf({ 'gateway.toml': route('mapping = "home-assistant"') })).toEqual([
      '4: routes[0]: neither the route nor its mapping says the machine of each message; set machine on the route',
    ]);
    const table = 'machine = "m"\n[routes.mapping]\n\nfields = [{ path = "a", unit = "V", as = "°C" }]';
    expect(problemsOf({ 'gateway.toml': route(table) })).toEqual([
      '7: routes[0].mapping.fields[0] cannot convert V to °C: they are of different quantities',
    ]);
    const own = `mappingsDir = "${join(dir, 'own')}"\n${route('mapping = "press"')}`;
    const file = 'machine = "{.id}"\n\n[[messages]]\ntopic = "a/#/b"\n';
    expect(problemsOf({ 'own/press.toml': file, 'gateway.toml': own })).toEqual([
      '4: messages[0].topic has a # that is neither first nor last',
    ]);
    const noFolder = `mappingsDir = "${join(dir, 'none')}"\n`;
    expect(problemsOf({ 'gateway.toml': noFolder })).toEqual([
      expect.stringMatching(/^1: mappingsDir names .*none: .*a TOML file for each mapping$/),
    ]);
  });
});
