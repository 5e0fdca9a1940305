import { HarbingerError, messageOf, type Stage } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log.ts';
import { replaceFile } from '../replace.ts';
import { type CheckedFormat, checkedText, readChecked } from './checked-file.ts';

/** Words for where the file cannot be used. Codes are those of the room whose file it is. */
export interface RecordWords {
  /** The stage of its errors. */
  stage: Stage;
  codes: { version: string; unreadable: string; damaged: string; unwritable: string };
  /** The begin of a sentence that goes on with the reason, such as "the maintenance windows in PATH". */
  named: string;
  /** The ends of the sentences: what to do with a newer file, and with one that cannot be read. */
  ifNewer: string;
  ifUnreadable: string;
  /** Whole sentences: what is lost with a damaged file; and the begin of the one that says that it cannot be written. */
  ifDamaged: string;
  unwritten: string;
}

/** A file of what people have said, replaced as a whole and synced. */
export interface RecordFile<T> {
  /** Null if there is none, or if it was damaged. @throws HarbingerError with the codes for version and unreadable */
  load(): T | null;
  /** Durable when resolved. @throws HarbingerError with the code for unwritable */
  save(content: T): Promise<void>;
}

export function recordFile<T extends object>(
  path: string,
  format: CheckedFormat<T>,
  log: Log,
  words: RecordWords,
): RecordFile<T> {
  const { stage, codes, named } = words;
  return {
    load() {
      const file = readChecked(path, format);
      if (file.found === 'yes') return file.content;
      if (file.found === 'newer') {
        const known = `and this version of Harbinger knows ${format.version}: start the version that wrote it`;
        const message = `${named} have format ${file.version}, ${known}, or ${words.ifNewer}`;
        throw new HarbingerError(codes.version, stage, message);
      }
      if (file.found === 'unreadable') {
        const message = `${named} cannot be read: ${file.problem}; ${words.ifUnreadable}`;
        throw new HarbingerError(codes.unreadable, stage, message);
      }
      if (file.found === 'damaged') {
        const { aside, problem } = file;
        log.error({ code: codes.damaged, path, aside, problem }, words.ifDamaged);
      }
      return null;
    },
    async save(content) {
      try {
        await replaceFile(path, checkedText(format, content), { mode: 0o600 });
      } catch (error) {
        const message = `${words.unwritten}${path} cannot be written: ${messageOf(error)}`;
        throw new HarbingerError(codes.unwritable, stage, message, { retry: true, cause: error });
      }
    },
  };
}
