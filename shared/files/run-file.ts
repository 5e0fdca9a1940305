import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import type { Clock, Timer } from '../runtime/clock.ts';
import { codeOf, HarbingerError, messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { compileValidator } from '../runtime/validate.ts';
import { readRegularText } from './read-regular.ts';
import { replaceFileSync } from './replace.ts';

/** Address of a running gateway or cloud: `run.json` in its data folder, for the command line and scripts. */
export const RunFile = Type.Object({
  role: Type.Union([Type.Literal('gateway'), Type.Literal('cloud')]),
  pid: Type.Integer(),
  startedAt: Type.String(),
  mqttPort: Type.Optional(Type.Integer()),
  httpPort: Type.Integer(),
  httpUrl: Type.String(),
  /** The certificate that it shows, where it speaks HTTPS: programs on this computer need no other proof of who it is. */
  httpCertFile: Type.Optional(Type.String()),
});
export type RunFile = Static<typeof RunFile>;

const validate = compileValidator(RunFile);
export const runFileName = 'run.json';

const retryMs = 2_000;

/**
 * Writes the run file; ports that are not declared above may be in it too, by name. The process serves without it as
 * well: if it cannot be written, as on a full disk, the file of an earlier process is removed, and writing is tried again
 * every 2 s. Returns a function that removes the file.
 */
export function publishRunFile(
  dataDir: string,
  run: RunFile & Readonly<Record<string, unknown>>,
  { clock, log }: { clock: Clock; log: Log },
): () => void {
  let timer: Timer | null = null;
  const remove = () => rmSync(join(dataDir, runFileName), { force: true });
  const write = (isFirst: boolean) => {
    try {
      const text = `${JSON.stringify(run, null, 2)}\n`;
      replaceFileSync(join(dataDir, runFileName), text, { syncFolder: false });
      if (!isFirst) log.info({ dataDir }, `${runFileName} is written now`);
    } catch (error) {
      if (isFirst) {
        const about = { dataDir, code: codeOf(error), cause: messageOf(error) };
        log.error(
          about,
          `${runFileName} cannot be written, so commands need --url; free space, or mend the disk`,
        );
        ignoringErrors(remove);
      }
      timer = clock.setTimer(retryMs, () => write(false));
    }
  };
  write(true);
  return () => {
    timer?.cancel();
    ignoringErrors(remove);
  };
}

/** An old run file does no harm: it names a process that has ended. */
function ignoringErrors(action: () => void): void {
  try {
    action();
  } catch {
    // The disk is at fault, and is named in the log by those who need it.
  }
}

/** @throws HarbingerError RUN_FILE if nothing runs with that folder, or the file is not valid */
export function readRunFile(dataDir: string): RunFile {
  const path = join(dataDir, runFileName);
  try {
    const run: unknown = JSON.parse(readRegularText(path));
    return validate(run, (problem) => new Error(problem));
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? '' : ` (${path}: ${messageOf(error)})`;
    throw new HarbingerError(
      'RUN_FILE',
      'cli',
      `nothing runs with data in ${dataDir}${why}; start it, or say where it is: --data DIR, or --url URL`,
    );
  }
}

/** The address of an HTTP server for the run file. */
export function httpAddress(
  { host, tls }: { host: string; tls?: { certFile: string } },
  port: number,
): Pick<RunFile, 'httpUrl' | 'httpCertFile'> {
  if (tls === undefined) return { httpUrl: localUrl(host, port) };
  return { httpUrl: localUrl(host, port, 'https'), httpCertFile: resolve(tls.certFile) };
}

/** Returns the URL at which a program on this computer reaches a server that listens on `host`. */
export function localUrl(host: string, port: number, scheme: 'http' | 'https' = 'http'): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
