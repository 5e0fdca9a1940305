import { type Static, Type } from '@sinclair/typebox';
import { BreakerOptions } from '../../../shared/decisions/breaker.ts';

export const AlertDecisionConfig = Type.Object(
  {
    budgetMs: Type.Integer({
      minimum: 1,
      maximum: 60_000,
      default: 1_000,
      description:
        'How long the model may take for a batch before the machine’s learned baseline, or rules, decide in its place. An alert can wait that long.',
    }),
    breaker: Type.Object(BreakerOptions.properties, {
      additionalProperties: false,
      default: {},
      description: 'The circuit breaker that stops asking a model which fails.',
    }),
    updateMsMin: Type.Integer({
      minimum: 0,
      default: 60_000,
      description: 'The shortest time between two updates of one alert, unless its severity rises.',
    }),
    updateLifeChange: Type.Number({
      exclusiveMinimum: 0,
      default: 0.2,
      description:
        'The part by which remaining life must have changed since the last report for an update; 0.2 is a fifth.',
    }),
    nowMsMin: Type.Integer({
      minimum: 0,
      default: 60_000,
      description:
        'The shortest time between two messages to the cloud of what an open alert is now (its value, remaining life and reasons), of which nobody is told; 0 sends none.',
    }),
    nowPerMinuteMax: Type.Integer({
      minimum: 1,
      default: 60,
      description: 'Such messages of all machines together, per minute.',
    }),
    estimateMsMin: Type.Integer({
      minimum: 0,
      default: 1_000,
      description: 'The shortest time between two stored estimates of one machine, unless its alert changes.',
    }),
    sampleMs: Type.Integer({
      minimum: 0,
      default: 60_000,
      description: 'How often one ordinary decision of the gateway is recorded; 0 records none.',
    }),
    recordsPerMinuteMax: Type.Integer({
      minimum: 0,
      default: 60,
      description:
        'Records of ordinary decisions and of changes of mode. Decisions that change an alert are always recorded.',
    }),
    flapping: Type.Object(
      {
        returnMs: Type.Integer({
          minimum: 0,
          maximum: 604_800_000,
          default: 604_800_000,
          description:
            'What opens again so soon after it ended has returned, by the time of readings. It is told at once; only its end waits.',
        }),
        holdMs: Type.Integer({
          minimum: 0,
          maximum: 86_400_000,
          default: 3_600_000,
          description:
            'How long what has returned once must be away before its alert ends, or is less severe; twice as long with each further return. It must also be away for four times as long as it ever was before it returned, but for 12 h longer at most, and after its first return for 36 h at most. 0: at once, however often it returns.',
        }),
        holdMsMax: Type.Integer({
          minimum: 0,
          maximum: 604_800_000,
          default: 604_800_000,
          description: 'The longest such time.',
        }),
      },
      {
        additionalProperties: false,
        default: {},
        description: 'How alerts are damped that end and open again, whatever raises them.',
      },
    ),
    machinesMax: Type.Integer({
      minimum: 1,
      default: 100_000,
      description:
        'Machines that alerts are kept for; a further one takes the place of the one that was decided least lately and has no open alert. If there is none, it is counted and not decided.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'When an alert is opened, updated and recorded.',
  },
);
export type AlertDecisionConfig = Static<typeof AlertDecisionConfig>;
