import { describe, expect, it } from 'vitest';
import { requestsOf } from './line-check.ts';
import { requestLimits } from './line-writer.ts';

const line = (i: number) => `pump,machine=m a=${i} ${i}\n`;

describe('requests', () => {
  it('have the whole text in order, and none has too many lines', () => {
    const text = Array.from({ length: 25_001 }, (_, i) => line(i)).join('');
    const requests = requestsOf(Buffer.from(text))!;
    expect(Buffer.concat(requests).toString()).toBe(text);
    expect(requests.map((request) => request.toString().split('\n').length - 1)).toEqual([
      requestLimits.linesMax,
      requestLimits.linesMax,
      5_001,
    ]);
  });

  it('have no more bytes than is allowed, except for a single line that is longer', () => {
    const long = `pump a="${'x'.repeat(requestLimits.bytesMax)}" 1\n`;
    const half = `pump a="${'x'.repeat(requestLimits.bytesMax / 2)}" 1\n`;
    const requests = requestsOf(Buffer.from(line(1) + long + half + half + line(2)))!;
    expect(requests.map(String)).toEqual([line(1), long, half, half + line(2)]);
  });

  it.each([
    ['a comment', '# a=1 1\n'],
    ['a blank at the beginning', ' pump a=1 1\n'],
    ['no time', 'pump a=1\n'],
    ['a quote that is not closed', 'pump a="x 1\n'],
  ])('are not made where a line has %s', (_, bad) => {
    expect(requestsOf(Buffer.from(line(1) + bad + line(2)))).toBeNull();
  });

  it('may have texts, and a last line without a newline', () => {
    const text = `${line(1)}pump a="x y" 1\npump a=1 2`;
    expect(requestsOf(Buffer.from(text))!.map(String)).toEqual([text]);
  });
});
