/**
 * Lists that are kept (gateway/watch/kept-lists): what is known of machines or sensors, in one file that is replaced as a
 * whole, in pieces (shared/files/json). This file reads and writes it, and list-saver.ts says when. The content of a
 * list, and what follows when one is lost, belong to the folder that learns it.
 */
import {
  type CheckedFormat,
  checkedListPieces,
  problemOf,
  readChecked,
} from '../../../shared/files/json/checked-file.ts';
import { replaceFileInPieces } from '../../../shared/files/replace.ts';
import type { Log } from '../../../shared/runtime/log.ts';

/** A list that is kept, with its name and codes for the log. */
export interface KeptList<T> {
  format: CheckedFormat<{ machines: T[] }>;
  /** An item as JSON. */
  textOf(item: T): string;
  codes: { damaged: string; unreadable: string; unwritable: string };
  /** For sentences, such as `the levels of sensors`. */
  name: string;
}

export interface ListFile<T> {
  /** Returns what was saved; null if there is something that must not be replaced. Never throws. */
  load(): T[] | null;
  /** @throws the system's error */
  save(items: Iterable<T>): Promise<void>;
}

export function listFile<T>(path: string, kept: KeptList<T>, log: Log): ListFile<T> {
  const { format, textOf, codes, name } = kept;
  function* texts(items: Iterable<T>): Iterable<string> {
    for (const item of items) yield textOf(item);
  }
  return {
    load() {
      const file = readChecked(path, format);
      if (file.found === 'yes') return file.content.machines;
      if (file.found === 'no') return [];
      if (file.found === 'damaged') {
        const { aside, problem } = file;
        log.error(
          { code: codes.damaged, path, aside, problem },
          `${name} were damaged and set aside, and are learnt again`,
        );
        return [];
      }
      const problem = problemOf(file, format);
      log.error(
        { code: codes.unreadable, path, problem },
        `${name} are left as they are and learnt again; nothing is written until the next start`,
      );
      return null;
    },
    async save(items) {
      // The folder is not synced: what is in the old file is nearly as good.
      const pieces = checkedListPieces(format, 'machines', texts(items));
      await replaceFileInPieces(path, pieces, { mode: 0o600, syncFolder: false });
    },
  };
}
