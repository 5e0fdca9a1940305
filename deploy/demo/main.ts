/**
 * The demonstration (deploy/demo) behind `npm start`: gateway, cloud and a virtual plant as separate
 * processes on the loopback interface, with one status line. It only starts, watches and stops them; what
 * they do is configured in files.ts.
 */
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { holdProcess, sleep, systemClock } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import { systemRandom } from '../../shared/runtime/random.ts';
import { exitCodeOf } from '../cli/exit-codes.ts';
import { stopSignal } from '../cli/options.ts';
import { reportError } from '../cli/output.ts';
import { gatewayNode } from '../node-settings.ts';
import { Child, type ChildEvents, type NodeSettings } from './child.ts';
import { runCompressor } from './compressor.ts';
import { type ClaimedFolder, claimFolder } from './data-folder.ts';
import { prepareFiles } from './files.ts';
import { SensorNotes } from './notes.ts';
import { type DemoOptions, parseDemoOptions, startElsewhere } from './options.ts';
import { choosePorts, type DemoPorts } from './ports.ts';
import { alertText, type DemoStatus, readStatus, statusLine } from './status.ts';
import { stopAll } from './stopping.ts';
import { Terminal } from './terminal.ts';

const host = '127.0.0.1';
const readyMsMax = 60_000;

async function waitReady(url: string, child: Child, stop: AbortSignal): Promise<void> {
  const until = systemClock.monotonicMs() + readyMsMax;
  while (!stop.aborted) {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (answer?.ok) return;
    if (child.restarts > 2 || systemClock.monotonicMs() > until) {
      const words = child.lastWords || `see ${child.logPath}`;
      throw new HarbingerError('DEMO_PART_DOWN', 'cli', `the ${child.name} does not come up: ${words}`);
    }
    await sleep(systemClock, 100, stop);
  }
}

/** Shows status, alerts and dead letters until `stop` aborts. `seen` is called with each status. */
async function watch(
  ports: DemoPorts,
  data: string,
  terminal: Terminal,
  stop: AbortSignal,
  seen: (status: DemoStatus) => void,
): Promise<void> {
  const gateway = { url: `http://${host}:${ports.gatewayHttp}`, token: null };
  const cloud = { url: `http://${host}:${ports.http}`, token: null };
  const shown = new Set<string>();
  const say = (line: string) => terminal.say(line);
  const notes = new SensorNotes({ gateway, data, clock: systemClock, say });
  let before: DemoStatus | null = null;
  while (true) {
    const now = await readStatus(gateway, cloud, systemClock.monotonicMs());
    await notes.note(now);
    if (stop.aborted) return;
    seen(now);
    for (const alert of now.alerts) {
      if (!shown.has(alert.alertId)) say(alertText(alert));
      shown.add(alert.alertId);
    }
    terminal.status(statusLine(now, before));
    before = now;
    await sleep(systemClock, 1_000, stop);
  }
}

function greeting(ports: DemoPorts, dataDir: string, parts: readonly Child[]): string[] {
  const processes = parts.map(({ name, pid }) => `${name} ${pid}`).join(', ');
  return [
    'Harbinger is running. Ctrl-C stops it in order; a second start goes on with the same data.',
    `  page and API    http://${host}:${ports.http}`,
    `  MQTT (sensors)  mqtt://${host}:${ports.mqtt}   publish to telemetry/lab/<machine>, e.g. {"temperature": 21.5}`,
    `  gateway         http://${host}:${ports.gatewayHttp}/metrics   cloud ingest mqtt://${host}:${ports.ingest}`,
    `  data and logs   ${dataDir}   processes: ${processes}`,
    '  six pumps (plant/*) have a model; lab/compressor has nothing but its own past: it is learnt for 75 s',
    '',
  ];
}

async function run(options: DemoOptions, stop: AbortSignal): Promise<void> {
  const terminal = new Terminal(process.stdout, systemClock);
  const folder = await claimFolder(options, systemClock, stop, (line) => terminal.say(line));
  try {
    await runOn(folder, options, terminal, stop);
  } finally {
    await folder.release();
  }
}

async function runOn(
  folder: ClaimedFolder,
  options: DemoOptions,
  terminal: Terminal,
  stop: AbortSignal,
): Promise<void> {
  const ports = await choosePorts(options, () => startElsewhere(options));
  if (options.fresh) folder.forget();
  const files = prepareFiles(options.data, ports, systemClock.nowMs());
  const log = (name: string) => join(options.data, `${name}.log`);
  const part = (name: string, args: string[], events: ChildEvents = {}, node?: NodeSettings): Child => {
    const restarted = (how: string) => {
      terminal.say(`${name} ended (${how}) and was started again: process ${child.pid}`);
      void noteProcesses();
    };
    const child = new Child(name, args, log(name), systemClock, { restarted, ...events }, node);
    return child;
  };
  const cloud = part('cloud', ['cloud', '--config', files.cloudConfig, '--data', files.cloudDir]);
  const gatewayArgs = ['gateway', '--config', files.gatewayConfig, '--data', files.gatewayDir];
  const gateway = part('gateway', gatewayArgs, {}, gatewayNode);
  const plantArgs = ['plant', '--mqtt-url', `mqtt://${host}:${ports.mqtt}`, '--state', files.plantState];
  const plant = part('plant', plantArgs, {
    line(line) {
      if (/^plant: /.test(line)) terminal.say(line);
    },
  });
  const parts = [cloud, gateway, plant];
  // A full disk must not stop the demonstration: processes that are not recorded merely cannot be waited for
  // after a kill.
  const noteProcesses = () =>
    folder.noteProcesses(parts.flatMap(({ pid }) => (pid === null ? [] : [pid]))).catch(() => {});
  const ended = new AbortController();
  let compressor: Promise<void> = Promise.resolve();
  let deadLetters = 0;
  try {
    cloud.start();
    gateway.start();
    await noteProcesses();
    await waitReady(`http://${host}:${ports.http}`, cloud, stop);
    await waitReady(`http://${host}:${ports.gatewayHttp}`, gateway, stop);
    if (stop.aborted) return;
    plant.start();
    await noteProcesses();
    for (const line of greeting(ports, options.data, parts)) terminal.say(line);
    if (options.gatewayHttpPort === undefined && ports.gatewayHttp !== ports.http + 1)
      terminal.say(
        `port ${ports.http + 1} is taken, so the gateway's API is on ${ports.gatewayHttp} (--gateway-http-port chooses one)`,
      );
    const mqttUrl = `mqtt://${host}:${ports.mqtt}`;
    const { startedMs } = files;
    compressor = runCompressor(
      { mqttUrl, startedMs, clock: systemClock, random: systemRandom, say: (line) => terminal.say(line) },
      ended.signal,
    ).catch((error) => terminal.say(`compressor: ${messageOf(error)}`));
    await watch(ports, options.data, terminal, stop, (status) => {
      deadLetters = status.deadLettersKept ?? deadLetters;
    });
  } finally {
    ended.abort();
    terminal.endStatus();
    await compressor;
    await stopAll([plant, gateway, cloud], deadLetters, (line) => terminal.say(line));
  }
}

/**
 * Aborts when the reader of the output is gone (`| head`, a closed terminal), so that everything is stopped
 * in order.
 */
function readerGone(): AbortSignal {
  const gone = new AbortController();
  process.stdout.on('error', () => gone.abort());
  return gone.signal;
}

const hold = holdProcess();
try {
  const stop = AbortSignal.any([stopSignal(), readerGone()]);
  await run(parseDemoOptions(process.argv.slice(2)), stop);
} catch (error) {
  // Commander has reported wrong usage itself.
  process.exitCode = error instanceof CommanderError ? exitCodeOf(error) : reportError(error);
} finally {
  hold.cancel();
}
