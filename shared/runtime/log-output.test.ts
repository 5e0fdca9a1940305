import { describe, expect, it } from 'vitest';
import { LogOutput } from './log-output.ts';

const systemError = (code: string) => Object.assign(new Error(code), { code });

/** An output on a file with room for `room` bytes; `failure` is the error of a write that finds none. */
function outputOn(file: { text: string; room: number; failure: string; writes: number }) {
  return new LogOutput((bytes) => {
    file.writes++;
    const taken = Math.min(bytes.length, file.room);
    if (taken === 0) throw systemError(file.failure);
    file.text += Buffer.from(bytes.subarray(0, taken)).toString();
    file.room -= taken;
    return taken;
  });
}

const fileWith = (room: number, failure = 'ENOSPC') => ({ text: '', room, failure, writes: 0 });

describe('the log', () => {
  it('writes lines as they are', () => {
    const file = fileWith(1_000);
    const output = outputOn(file);
    output.write('one\n');
    output.write('two\n');
    expect(file.text).toBe('one\ntwo\n');
  });

  it.each(['ENOSPC', 'EPIPE', 'EIO', 'EBADF', 'EAGAIN'])(
    'loses lines while writing fails with %s, and counts them',
    (code) => {
      const file = fileWith(6, code);
      const output = outputOn(file);
      for (const line of ['one\n', 'two\n', 'three\n']) output.write(line);
      expect(file.text).toBe('one\ntw');
      file.room = 1_000;
      output.write('four\n');
      output.write('five\n');
      const [one, torn, note, ...rest] = file.text.split('\n');
      expect([one, torn]).toEqual(['one', 'tw']);
      expect(JSON.parse(note!)).toMatchObject({ level: 40, lost: 2 });
      expect(rest).toEqual(['four', 'five', '']);
    },
  );

  it('waits for a full pipe a bounded number of times, and once while it stays full', () => {
    const file = fileWith(0, 'EAGAIN');
    const output = outputOn(file);
    output.write('one\n');
    expect(file.writes).toBe(100);
    output.write('two\n');
    expect(file.writes).toBe(101);
  });
});
