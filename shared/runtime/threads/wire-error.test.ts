import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { HarbingerError } from '../errors.ts';
import { fromWire, toWire, type WireError } from './wire-error.ts';

/** Sends an error through a real message port, as between threads. */
function across(error: unknown): HarbingerError {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(toWire(error, { code: 'THREAD_FAULT', stage: 'journal' }));
  const received = receiveMessageOnPort(port2) as { message: WireError };
  port1.close();
  return fromWire(received.message);
}

describe('an error that crosses to another thread', () => {
  it.each([true, false])('keeps its code, stage, message and whether to retry (%s)', (retry) => {
    const error = across(
      new HarbingerError('DECODE_CSV', 'decode', '3 values where 2 are expected', { retry }),
    );
    expect(error).toBeInstanceOf(HarbingerError);
    expect(error).toMatchObject({
      code: 'DECODE_CSV',
      stage: 'decode',
      message: '3 values where 2 are expected',
      retry,
    });
  });

  it('is not retried if it carries no decision, and keeps the code of the system', () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    expect(across(full)).toMatchObject({
      code: 'ENOSPC',
      stage: 'journal',
      message: 'no space left on device',
      retry: false,
    });
  });

  it.each([
    [new TypeError('x is not a function'), 'x is not a function'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
  ])('gets the default code if it has none (%s)', (thrown, message) => {
    expect(across(thrown)).toMatchObject({ code: 'THREAD_FAULT', stage: 'journal', message, retry: false });
  });
});
