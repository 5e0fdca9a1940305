import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compiledEntry } from '../../../shared/files/paths.ts';
import type { LoadReport } from '../../load/options.ts';
import { Ledger, type LedgerJson } from '../../load/record/ledger.ts';
import { type Usage, usageOf, usedBetween } from '../measure/meter.ts';
import type { RunningSide } from './sides.ts';

export interface LoadShape {
  connections: number;
  qos: 0 | 1;
  window?: number;
  /** Messages, or seconds. */
  total?: number;
  duration?: number;
  /** Messages a second; if absent, as many as are acknowledged. */
  rate?: number;
  /** Machine names; `{c}` is the connection's number. */
  machine?: string;
  topic?: string;
  members?: number;
  /** Makes each connection a pump with fourteen sensors. */
  pumps?: boolean;
  payload?: string;
  /** The first running number of each machine; 1 if absent. */
  seqFirst?: number;
  payloadBytes?: number;
  /** File to which every latency is written (see readLatencyLog); needs a rate and a duration. */
  latencies?: string;
}

export interface MeasuredLoad {
  report: LoadReport;
  ledger: Ledger;
  /** Resources of the measured side during the load. */
  usage: Usage | null;
}

const loadMsMax = 120_000;

/** The topic on which pumps publish; the gateway's configuration gives it the machine type of pumps. */
const pumpTopic = 'telemetry/pumps/{machine}';

function argumentsOf(side: RunningSide, shape: LoadShape, ledgerFile: string): string[] {
  const { pumps = false, payloadBytes, seqFirst, ...same } = shape;
  const options = {
    window: 20,
    machine: 'm{c}',
    ...same,
    port: side.mqttPort,
    ledger: ledgerFile,
    'seq-first': seqFirst,
    ...(pumps ? { topic: pumpTopic } : { 'payload-bytes': payloadBytes ?? 215 }),
  };
  return [...Object.entries(options).flatMap(given), ...(pumps ? ['--pumps'] : [])];
}

function given([name, value]: [string, string | number | undefined]): string[] {
  return value === undefined ? [] : [`--${name}`, String(value)];
}

/** Runs the load generator in a process of its own against a side. @throws Error if it does not finish */
export async function runLoad(side: RunningSide, shape: LoadShape, folder: string): Promise<MeasuredLoad> {
  const ledgerFile = join(folder, `ledger-${shape.machine ?? 'load'}.json`.replace(/[{}]/g, ''));
  const limitMs = loadMsMax + (shape.duration ?? 0) * 1_000;
  const before = usageOf(side.pids);
  const script = [compiledEntry('test/load/main'), '--json', ...argumentsOf(side, shape, ledgerFile)];
  const output = await outputOf(script, limitMs);
  const usage = usedBetween(before, usageOf(side.pids));
  const ledger = Ledger.fromJson(JSON.parse(await readFile(ledgerFile, 'utf8')) as LedgerJson);
  return { report: JSON.parse(output) as LoadReport, ledger, usage };
}

/**
 * Runs some load of other machines (`w…`) before the measured one, so that both sides are measured with compiled code.
 */
export async function warmUp(side: RunningSide, folder: string, pumps = false): Promise<void> {
  await runLoad(side, { connections: 100, qos: 1, total: 30_000, machine: 'w{c}', pumps }, folder);
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs a script until it exits. @throws Error with its last output unless it exits with 0 in time */
export async function outputOf(args: string[], limitMs = loadMsMax): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  let words = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    words = (words + data.toString()).slice(-2_000);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  running.delete(child);
  if (code !== 0) throw new Error(`${args[0]} exited with ${code}: ${words}${output.slice(-500)}`);
  return output;
}
