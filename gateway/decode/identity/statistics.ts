import { reportOf } from '../../../shared/parts/statistics.ts';
import type { CountOfMachine } from './counts-by-machine.ts';

export interface ReadingIdentityCounts {
  /** Readings recognised as sent before. */
  resends: number;
  /** Distinct readings that were moved off a shared timestamp. */
  separated: number;
  timesOutOfBounds: number;
}

export interface PlacementStatus extends ReadingIdentityCounts {
  /** Resends that nothing marks as such, by machine. */
  assumedResends: CountOfMachine[];
  /** Readings that were not stored because their retained message came again, by machine. */
  retainedAgain: CountOfMachine[];
  /** Readings that got the time of their arrival because the clock of their device stands still, by machine. */
  stillClocks: CountOfMachine[];
}

/** `placement` is the name that `/api/status` gives to the identities of readings. */
export const readingIdentityReport = reportOf<{ placement: PlacementStatus }>()({
  name: 'Identity of readings',
  statistics: {
    harbinger_resends_total: { type: 'counter', help: 'Readings recognised as sent before' },
    harbinger_resends_assumed_total: {
      type: 'counter',
      help: 'Of these, readings that nothing marks as resends: they equal earlier ones of another connection',
      labels: ['machine'],
    },
    harbinger_retained_again_total: {
      type: 'counter',
      help: 'Readings not stored again, because their sender, connected anew, sent the retained message of their topic again',
      labels: ['machine'],
    },
    harbinger_timestamps_separated_total: {
      type: 'counter',
      help: 'Distinct readings moved off a shared timestamp',
    },
    harbinger_timestamps_refused_total: { type: 'counter', help: 'Device times out of bounds' },
    harbinger_timestamps_still_total: {
      type: 'counter',
      help: 'Readings that got the time of their arrival because the clock of their device stands still',
      labels: ['machine'],
    },
  },
  status: {},
  samples: ({ placement }) => ({
    harbinger_resends_total: placement.resends,
    harbinger_resends_assumed_total: placement.assumedResends.map(({ machine, readings }) => ({
      value: readings,
      labels: { machine },
    })),
    harbinger_retained_again_total: placement.retainedAgain.map(({ machine, readings }) => ({
      value: readings,
      labels: { machine },
    })),
    harbinger_timestamps_separated_total: placement.separated,
    harbinger_timestamps_refused_total: placement.timesOutOfBounds,
    harbinger_timestamps_still_total: placement.stillClocks.map(({ machine, readings }) => ({
      value: readings,
      labels: { machine },
    })),
  }),
});
