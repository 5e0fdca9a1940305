/** Promise: every program answers wrong usage with one sentence, the code USAGE, and exit code 2. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compiledEntry } from '../../../shared/files/paths.ts';

const programs: [name: string, entry: string, wrong: [args: string[], sentence: string][]][] = [
  [
    'npm start --',
    'deploy/demo/main',
    [
      [['--mqtt-prt', '2883'], "unknown option '--mqtt-prt' (Did you mean --mqtt-port?)"],
      [['--mqtt-port', '99999'], 'a port is 0 … 65535'],
    ],
  ],
  [
    'npm run chaos --',
    'test/chaos/main',
    [
      [['--onlyy', 'x'], "unknown option '--onlyy'"],
      [['--only', 'x'], '--only x: there is no such fault'],
      [['--rounds', '-1.5'], 'is ambiguous'],
    ],
  ],
  [
    'npm run simulate --',
    'test/simulation/main',
    [
      [['--seeds', '1'], "unknown option '--seeds'"],
      [['--schedule', '{'], '--schedule: '],
    ],
  ],
  [
    'npm run bench --',
    'test/bench/main',
    [
      [['--sustaind', '1'], "unknown option '--sustaind'"],
      [['--sustained', '0'], '--sustained 0: a number from 0.1 is needed'],
      [['grow'], "unknown argument 'grow'"],
    ],
  ],
];

describe.each(programs)('%s', (program, entry, wrong) => {
  const run = (args: string[]) =>
    spawnSync(process.execPath, [compiledEntry(entry), ...args], { encoding: 'utf8' });

  it.each(wrong)('%j', (args, sentence) => {
    const { status, stdout, stderr } = run(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr).toMatch(/^harbinger: [^\n]+ \[USAGE\]\n$/);
    expect(stderr).toContain(`; see ${program} --help`);
  });

  it('--help ends with 0', () => {
    expect(run(['--help']).status).toBe(0);
  });
});
