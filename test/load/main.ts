import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { messageOf } from '../../shared/runtime/errors.ts';
import { LoadGenerator } from './generator.ts';
import type { LoadOptions } from './options.ts';
import { LatencyLog } from './record/latency-log.ts';

const help = `Sends MQTT load and keeps a ledger of what was acknowledged.

  node .cache/tests/test/load/main.js --port PORT [options]

  --host HOST            default 127.0.0.1
  --connections N        one machine each; default 100
  --qos 0|1              default 1
  --window N             in flight for each connection at QoS 1; default 20
  --total N              messages; or
  --duration SECONDS
  --rate N               messages a second in all; default 0: as many as the broker takes
  --topic TEMPLATE       default telemetry/load/{machine}
  --machine TEMPLATE     default m{c}
  --members N            machines of a connection that take turns; the topic then says {member}
  --payload TEMPLATE     placeholders {machine} {c} {seq} {ms} {v}; see payload.ts
  --pumps                each connection is a pump with fourteen sensors
  --payload-bytes N      pads the payload with spaces
  --seq-first N          first running number of each machine; default 1
  --username U           also HARBINGER_MQTT_USERNAME
  --password P           better as HARBINGER_MQTT_PASSWORD
  --mqtt5                speaks MQTT 5, and not 3.1.1
  --tls-ca FILE          speaks TLS, with a certificate of this authority
  --no-reconnect         ends when the connections are lost
  --ledger FILE          writes which running numbers were sent and acknowledged, as JSON
  --latencies FILE       writes when each message was due and how long its acknowledgement took (with --rate and
                         --duration), as pairs of 64-bit floats: ms since 1970, ms
  --json                 prints the report as one line of JSON
`;

const { values } = parseArgs({
  options: {
    host: { type: 'string' },
    port: { type: 'string' },
    connections: { type: 'string', default: '100' },
    qos: { type: 'string', default: '1' },
    window: { type: 'string' },
    total: { type: 'string' },
    duration: { type: 'string' },
    rate: { type: 'string' },
    topic: { type: 'string' },
    machine: { type: 'string' },
    members: { type: 'string' },
    payload: { type: 'string' },
    pumps: { type: 'boolean', default: false },
    'payload-bytes': { type: 'string' },
    'seq-first': { type: 'string' },
    username: { type: 'string', default: process.env.HARBINGER_MQTT_USERNAME },
    password: { type: 'string', default: process.env.HARBINGER_MQTT_PASSWORD },
    mqtt5: { type: 'boolean', default: false },
    'tls-ca': { type: 'string' },
    'no-reconnect': { type: 'boolean', default: false },
    ledger: { type: 'string' },
    latencies: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function number(name: keyof typeof values): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0)
    throw new RangeError(`--${name} ${text}: it must be a number of at least 0`);
  return value;
}

function options(): LoadOptions {
  const port = number('port');
  if (!port) throw new RangeError('--port is required');
  const duration = number('duration');
  const chosen = {
    host: values.host,
    window: number('window'),
    total: number('total'),
    durationMs: duration === undefined ? undefined : duration * 1_000,
    rate: number('rate'),
    topic: values.topic,
    machine: values.machine,
    members: number('members'),
    payload: values.payload,
    pumps: values.pumps,
    payloadBytes: number('payload-bytes'),
    seqFirst: number('seq-first'),
    username: values.username,
    password: values.password,
    mqtt5: values.mqtt5,
    tlsCa: values['tls-ca'] === undefined ? undefined : readFileSync(values['tls-ca'], 'utf8'),
  };
  const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  const qos = number('qos') === 0 ? 0 : 1;
  return { ...given, port, qos, connections: number('connections')!, reconnect: !values['no-reconnect'] };
}

function latencyLogFor({ rate = 0, durationMs = 0 }: LoadOptions): LatencyLog {
  if (rate * durationMs === 0) throw new RangeError('--latencies requires --rate and --duration');
  return new LatencyLog(Math.ceil((rate * durationMs) / 1_000));
}

async function run(): Promise<void> {
  const chosen = options();
  const latencyLog = values.latencies === undefined ? undefined : latencyLogFor(chosen);
  const generator = new LoadGenerator({ ...chosen, ...(latencyLog && { latencyLog }) });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void generator.stop());
  await generator.start();
  const report = await generator.finished;
  if (values.ledger !== undefined) writeFileSync(values.ledger, JSON.stringify(generator.ledger.toJson()));
  if (values.latencies !== undefined) latencyLog?.write(values.latencies);
  if (values.json) console.log(JSON.stringify(report));
  else console.table(report);
  process.exitCode = report.end === 'complete' || report.end === 'stopped' ? 0 : 1;
}

if (values.help) console.log(help);
else {
  run().catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 2;
  });
}
