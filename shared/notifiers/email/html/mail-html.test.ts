import { crc32, inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { alertTextOf } from '../../alert-text.ts';
import { notificationOf, predictionEvent } from '../../prediction.testing.ts';
import { lifeChart } from './life-chart.ts';
import { mailHtml } from './mail-html.ts';

/** The pixels of an indexed PNG without filters, as `pngOf` makes it. */
function decoded(png: Buffer) {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const named = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(named));
    chunks.set(named.toString('latin1', 0, 4), named.subarray(4));
    at += 12 + length;
  }
  const width = chunks.get('IHDR')!.readUInt32BE(0);
  const rows = inflateSync(chunks.get('IDAT')!);
  return { width, row: (y: number) => [...rows.subarray(y * (width + 1) + 1, (y + 1) * (width + 1))] };
}

it('the picture has the band from the early to the late end, and the mark within it', () => {
  const { width, row } = decoded(lifeChart({ p10: 50, p50: 70, p90: 100 }));
  const middle = row(15);
  const part = (index: number) => index / (width - 1);
  expect(part(middle.indexOf(2))).toBeCloseTo(50 / 110, 2);
  expect(part(middle.lastIndexOf(2))).toBeCloseTo(100 / 110, 2);
  expect(part(middle.indexOf(3) + 2)).toBeCloseTo(70 / 110, 2);
  expect(lifeChart({ p10: 0, p50: 0, p90: 0 }).length).toBeGreaterThan(60);
});

it('texts of devices stay texts, and links are buttons', () => {
  const event = predictionEvent('opened', 1, { reasons: ['<img src=x onerror=alert(1)>'] });
  const notification = notificationOf(event);
  const links = { page: 'https://h.example/#/a', acknowledge: 'https://h.example/acknowledge/x.y' };
  const { html, attachments } = mailHtml(notification, alertTextOf(notification), links);
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(html).not.toContain('<img src=x');
  expect(html).toContain('href="https://h.example/acknowledge/x.y"');
  expect(html).toContain('alt="Remaining life: about 20 cycles, 12.3 to 31"');
  expect(attachments).toMatchObject([{ cid: 'remaining-life@harbinger', contentDisposition: 'inline' }]);
});

it('what is over, or has no estimate, has no picture', () => {
  const over = notificationOf(predictionEvent('resolved', 9), 'resolved');
  expect(mailHtml(over, alertTextOf(over), {}).attachments).toEqual([]);
  const none = notificationOf(predictionEvent('opened', 1, { remainingLife: null }));
  expect(mailHtml(none, alertTextOf(none), {}).html).not.toContain('<img');
});
