import pino from 'pino';
import { expect, it } from 'vitest';
import { readableLine } from './log.ts';
import { LogOutput } from './log-output.ts';

function written(format: (line: string) => string, log: (logger: pino.Logger) => void): string {
  let text = '';
  const write = (bytes: Uint8Array) => {
    text += Buffer.from(bytes).toString();
    return bytes.length;
  };
  log(pino({ base: { name: 'gateway' } }, new LogOutput(write, format)));
  return text;
}

it('a line says when, how grave, who, what, and about what', () => {
  const text = written(readableLine, (log) =>
    log.warn({ cause: 'ECONNREFUSED', delayMs: 500, code: null }, 'uplink down'),
  );
  expect(text).toMatch(
    /^\d\d:\d\d:\d\d WARN {2}gateway {2}uplink down {2}· {2}cause: ECONNREFUSED, delayMs: 500\n$/,
  );
});

it('texts from devices cannot control the terminal, and lines that are not JSON stay as they are', () => {
  const text = written(readableLine, (log) =>
    log.error({ topic: 'a\u001b[2J\nb', at: { x: 1 } }, 'no\u0007'),
  );
  expect(text).toMatch(/ ERROR gateway {2}no· {2}· {2}topic: a·\[2J·b, at: \{"x":1\}\n$/);
  expect(readableLine('not JSON\n')).toBe('not JSON\n');
});

it('a number of lost lines is readable too', () => {
  let text = '';
  let isFull = true;
  const output = new LogOutput((bytes) => {
    if (isFull) throw Object.assign(new Error(), { code: 'ENOSPC' });
    text += Buffer.from(bytes).toString();
    return bytes.length;
  }, readableLine);
  const line = `${JSON.stringify({ level: 30, time: 0, name: 'cloud', msg: 'started' })}\n`;
  output.write(line);
  isFull = false;
  output.write(line);
  expect(text).toMatch(/WARN {2}log {2}log lines before this one .*lost: 1\n.* INFO {2}cloud {2}started\n$/);
});
