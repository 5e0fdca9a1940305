import { codeOf, HarbingerError, messageOf } from '../../shared/runtime/errors.ts';

export function openError(dir: string, cause: unknown): HarbingerError {
  if (codeOf(cause) === 'JOURNAL_VERSION') return cause as HarbingerError;
  const advice = "check the folder's rights and the disk";
  const message = `the dead letters in ${dir} cannot be opened: ${messageOf(cause)}; ${advice}`;
  return new HarbingerError('DEADLETTERS_OPEN', 'journal', message, { retry: true, cause });
}

export function stoppedError(): HarbingerError {
  return new HarbingerError('DEADLETTERS_STOPPED', 'journal', 'the gateway is shutting down');
}

export function busyError(bytes: number): HarbingerError {
  const message = `${bytes} bytes of dead letters already wait to be written; try again in a moment`;
  return new HarbingerError('DEADLETTERS_BUSY', 'journal', message, { retry: true });
}

export function writeError(cause: unknown): HarbingerError {
  const message = `the dead letters cannot be written: ${messageOf(cause)}; check the disk`;
  return new HarbingerError('DEADLETTERS_WRITE', 'journal', message, { retry: true, cause });
}
