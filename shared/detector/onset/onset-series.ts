/**
 * Onset (shared/detector/onset): whether something begins in a series that it has never shown. Two views of it, slow and quick, are
 * compared with the patterns that each has shown before.
 */
import { Novelty } from './novelty.ts';

const views = [
  { rows: 12, length: 2 },
  { rows: 3, length: 1 },
];
/** A report is forgotten by half in so many rows at least, or in half of those that were learnt. */
const halfLifeRowsMin = 240;
const margin = 0.1;

/** Reports what exceeds what is remembered, which fades: once an event. */
export class OnsetSeries {
  private readonly views = views.map((view) => new Novelty(view));
  private readonly held = views.map(() => 0);
  private rows = 0;
  private mean = 0;
  private square = 0;
  private last = 0;
  private memory = 0;
  private readonly fade: number;
  private readonly learnRows: number;

  constructor(learnRows: number) {
    this.learnRows = learnRows;
    this.fade = 0.5 ** (1 / Math.max(halfLifeRowsMin, learnRows / 2));
  }

  /** Returns by how many deviations something new begins in this row; 0: nothing does. */
  push(given: number): number {
    const value = Number.isFinite(given) ? given : this.last;
    this.last = value;
    this.rows++;
    if (this.rows <= this.learnRows) {
      const far = value - this.mean;
      this.mean += far / this.rows;
      this.square += far * (value - this.mean);
    }
    const deviation = Math.sqrt(this.square / Math.min(this.rows, this.learnRows)) + 1e-9;
    this.memory *= this.fade;
    let isJudged = false;
    this.views.forEach((view, i) => {
      const novelty = view.push(value, deviation);
      if (Number.isNaN(novelty)) return;
      this.held[i] = novelty;
      isJudged = true;
    });
    if (!isJudged) return 0;
    const novelty = this.held.reduce((sum, each) => sum + each, 0) / views.length;
    const begins = novelty > Math.max(0, this.memory + margin) ? novelty : 0;
    this.memory = Math.max(this.memory, novelty);
    return begins;
  }
}
