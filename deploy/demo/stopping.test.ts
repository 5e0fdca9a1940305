import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { Child, type Ending } from './child.ts';
import { stopAll } from './stopping.ts';
import { Terminal } from './terminal.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-stopping-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('the end of the demonstration', () => {
  const part = (name: string, ending: Ending) => ({
    name,
    logPath: `/data/${name}.log`,
    stop: () => Promise.resolve(ending),
  });

  async function said(endings: Record<string, Ending>, deadLetters = 0): Promise<string[]> {
    const lines: string[] = [];
    const parts = Object.entries(endings).map(([name, ending]) => part(name, ending));
    await stopAll(parts, deadLetters, (line) => void lines.push(line));
    return lines;
  }

  it('says what stopped, and that all that was acknowledged is on disk, dead letters included', async () => {
    const endings = { plant: null, gateway: 'in order', cloud: 'in order' } as const;
    const lines = [
      'stopping: plant, gateway, cloud',
      '  gateway stopped in order',
      '  cloud   stopped in order',
      'everything that was acknowledged is on disk',
    ];
    expect(await said(endings)).toEqual(lines);
    expect((await said(endings, 3)).at(-1)).toBe(`${lines[3]}, 3 of the messages as dead letters`);
  });

  it('does not claim so where something did not stop in order', async () => {
    const ending = { otherwise: 'did not stop within 15 s and was killed' };
    const lines = await said({ gateway: ending, cloud: 'in order' });
    expect(lines[1]).toBe('  gateway did not stop within 15 s and was killed; its log: /data/gateway.log');
    expect(lines.join('\n')).not.toContain('everything that was acknowledged');
  });
});

it('knows of a process that it had ended before, and how; one that was never started has no end', async () => {
  const clock = manualClock();
  const child = new Child('x', ['there-is-no-such-command'], join(dir, 'x.log'), clock);
  child.start();
  await vi.waitFor(() => expect(child.pid).toBeNull(), 60_000);
  expect(await child.stop()).toEqual({ otherwise: 'was not running (exit code 2)' });
  expect(await new Child('y', [], join(dir, 'y.log'), clock).stop()).toBeNull();
});

it('a status line is not drawn again once it has ended', () => {
  let screen = '';
  const write = (text: string) => {
    screen += text;
  };
  const terminal = new Terminal({ isTTY: true, columns: 80, write }, manualClock());
  terminal.status('readings 19/s');
  terminal.say('an alert');
  expect(screen).toMatch(/an alert\nreadings 19\/s$/);
  terminal.endStatus();
  screen = '';
  terminal.say('stopping');
  terminal.status('readings 0/s');
  expect(screen).toBe('stopping\n');
});
