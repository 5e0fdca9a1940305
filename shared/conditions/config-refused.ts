import type { Condition } from './conditions.ts';

/** Found when a configuration is read again, until one is taken. */
export const configRefused: Condition<{ configProblem: string | null }> = {
  name: 'configuration-refused',
  meaning:
    'The configuration was read again and is not sound, or has lost what the process runs by; the earlier one is in force.',
  openAfterMs: 0,
  closeAfterMs: 0,
  check({ configProblem }) {
    if (configProblem === null) return [];
    return [
      {
        severity: 'warning',
        reasons: [
          `The configuration was read again and refused: ${configProblem.slice(0, 600)}`,
          'The earlier one goes on, and the next start would read this one. Correct the file, then: harbinger config reload (gateway or cloud).',
        ],
      },
    ];
  },
  ended: () => 'The configuration was read again, and is in force.',
};
