import { Command } from 'commander';
import { expect, it } from 'vitest';
import { duration, takeEitherReason } from './options.ts';

it('takes a reason by the word that another command has, also where it is required', () => {
  const reasons: unknown[] = [];
  const program = new Command();
  const note = (options: unknown) => void reasons.push(options);
  program.command('start').option('--note <text>', 'why').action(note);
  program.command('mute').requiredOption('--why <text>', 'why').action(note);
  takeEitherReason(program);
  for (const args of ['start --why seal', 'start --note seal', 'mute --note seal', 'mute --why seal'])
    program.parse(args.split(' '), { from: 'user' });
  expect(reasons).toMatchObject([{ note: 'seal' }, { note: 'seal' }, { why: 'seal' }, { why: 'seal' }]);
  expect(JSON.stringify(reasons[0])).toBe('{"note":"seal"}');
  expect(program.commands[0]!.helpInformation()).not.toContain('--why');
});

it('takes minutes by both of their units', () => {
  expect(['10m', '10min', '1.5h', '2d'].map(duration)).toEqual([600_000, 600_000, 5_400_000, 172_800_000]);
  expect(() => duration('10')).toThrow(/30min, 4h or 2d/);
});
