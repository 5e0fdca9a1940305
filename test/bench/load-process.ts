import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compiledEntry } from '../../shared/runtime/paths.ts';
import { Ledger, type LedgerJson } from '../load/ledger.ts';
import type { LoadReport } from '../load/options.ts';
import { type Usage, usageOf } from './meter.ts';
import type { RunningSide } from './sides.ts';

export interface LoadShape {
  connections: number;
  qos: 0 | 1;
  window?: number;
  total: number;
  /** Machine names; `{c}` is the connection's number. */
  machine?: string;
  payloadBytes?: number;
}

export interface MeasuredLoad {
  report: LoadReport;
  ledger: Ledger;
  /** Of the measured side, during the load. */
  usage: Usage | null;
}

const loadMsMax = 300_000;

/** Runs the load generator as a process of its own against a side. @throws Error when it does not finish */
export async function runLoad(side: RunningSide, shape: LoadShape, folder: string): Promise<MeasuredLoad> {
  const ledgerFile = join(folder, `ledger-${shape.machine ?? 'load'}.json`.replace(/[{}]/g, ''));
  const options = {
    port: side.mqttPort,
    connections: shape.connections,
    qos: shape.qos,
    window: shape.window ?? 20,
    total: shape.total,
    machine: shape.machine ?? 'm{c}',
    'payload-bytes': shape.payloadBytes ?? 215,
    ledger: ledgerFile,
  };
  const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const before = usageOf(side.pids);
  const output = await outputOf([compiledEntry('test/load/main'), '--json', ...given]);
  const after = usageOf(side.pids);
  const ledger = Ledger.fromJson(JSON.parse(await readFile(ledgerFile, 'utf8')) as LedgerJson);
  const usage = before && after && { ...after, cpuSeconds: after.cpuSeconds - before.cpuSeconds };
  return { report: JSON.parse(output) as LoadReport, ledger, usage };
}

/** Some load before the measured one, by other machines (`w…`), so that both sides are measured with compiled code. */
export async function warmUp(side: RunningSide, folder: string): Promise<void> {
  await runLoad(side, { connections: 100, qos: 1, total: 30_000, machine: 'w{c}' }, folder);
}

/** Runs a script to its end. @throws Error with its last words unless it ends with 0 in time */
export async function outputOf(args: string[]): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let words = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    words = (words + data.toString()).slice(-2_000);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), loadMsMax);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${words}${output.slice(-500)}`);
  return output;
}
