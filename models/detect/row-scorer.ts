import type { DecimalMark } from '../../shared/contract/decimal-marks.ts';
import { Detector } from '../../shared/detector/detector.ts';
import { cellTimeMs, cellValue } from './cells.ts';
import { addedNames, type ColumnPlan, planColumns, unusable } from './columns.ts';
import { RowTimes } from './row-times.ts';

/** A score from which on a change has begun that occurs less than about once in a thousand rows. */
const onsetScore = 0.7;
/** Rows from which the columns are classified; they are held back until this many have been read. */
const peekRows = 200;
const topSensorsMax = 3;
/** A sensor is named if its share is at least this part of the largest share. */
const topShareMin = 0.25;

export interface ScoredCounts {
  rows: number;
  sensors: string[];
  timeColumn: string | null;
  /** Columns that were copied but not used; label columns always are. */
  passedOn: ColumnPlan['passedOn'];
  /**
   * Counts of: empty and not-a-number cells; text cells in numeric columns; rows with another length than the
   * header.
   */
  missingCells: number;
  badCells: number;
  raggedRows: number;
  times: RowTimes['counts'];
  /**
   * Counts of rows with a score of at least 0.5, the limit of normal, and of those with at least 0.7, the
   * start of a rare change.
   */
  rowsAtLimit: number;
  onsets: number;
  scoreMax: number;
}

/** Takes the records of a CSV and yields its lines with the two added columns. */
export class RowScorer {
  readonly counts: ScoredCounts = {
    rows: 0,
    sensors: [],
    timeColumn: null,
    passedOn: [],
    missingCells: 0,
    badCells: 0,
    raggedRows: 0,
    times: { withoutTime: 0, duplicates: 0, unordered: 0, gaps: 0 },
    rowsAtLimit: 0,
    onsets: 0,
    scoreMax: 0,
  };
  private readonly file: string;
  private readonly separator: string;
  private readonly warmUpRows: number;
  private readonly decimal: DecimalMark | undefined;
  private header: string[] | null = null;
  private held: string[][] = [];
  private scoring: Scoring | null = null;

  /** @param decimal the mark of all columns; absent: that of each follows from its first rows */
  constructor(file: string, separator: string, warmUpRows: number, decimal?: DecimalMark) {
    this.file = file;
    this.separator = separator;
    this.warmUpRows = warmUpRows;
    this.decimal = decimal;
  }

  *take(record: string[]): Generator<string> {
    if (this.header === null) this.header = record;
    else if (this.scoring) yield this.line(this.scoring, record);
    else if (this.held.push(record) >= peekRows) yield* this.begin();
  }

  *end(): Generator<string> {
    if (this.header === null) throw unusable(this.file, 'it is empty');
    if (!this.scoring) yield* this.begin();
  }

  private *begin(): Generator<string> {
    const plan = planColumns(this.file, this.header!, this.held, {
      separator: this.separator,
      given: this.decimal,
    });
    const { header, time, sensors, passedOn } = plan;
    Object.assign(this.counts, {
      sensors: sensors.map(({ name }) => name),
      timeColumn: header[time] ?? null,
      passedOn,
    });
    const scoring = new Scoring(plan, this.warmUpRows);
    this.counts.times = scoring.times.counts;
    this.scoring = scoring;
    yield this.joined([...header, ...addedNames]);
    for (const record of this.held) yield this.line(scoring, record);
    this.held = [];
  }

  private line(scoring: Scoring, record: string[]): string {
    const { counts } = this;
    const width = scoring.plan.header.length;
    counts.rows++;
    if (record.length !== width) counts.raggedRows++;
    const score = scoring.score(record, counts);
    if (score >= 0.5) counts.rowsAtLimit++;
    if (score >= onsetScore) counts.onsets++;
    if (score > counts.scoreMax) counts.scoreMax = score;
    const cells = Array.from({ length: Math.max(width, record.length) }, (_, i) => record[i] ?? '');
    // Cells beyond the header stay last, so that the added columns line up with their names.
    cells.splice(width, 0, score.toFixed(5), scoring.topSensors().join('|'));
    return this.joined(cells);
  }

  private joined(cells: string[]): string {
    const { separator } = this;
    const quoted = cells.map((cell) =>
      cell.includes(separator) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
    );
    return `${quoted.join(separator)}\n`;
  }
}

class Scoring {
  readonly plan: ColumnPlan;
  readonly times = new RowTimes();
  private readonly detector: Detector;
  private readonly values: Float64Array;
  private readonly weights: Float64Array;

  constructor(plan: ColumnPlan, warmUpRows: number) {
    this.plan = plan;
    const count = plan.sensors.length;
    this.detector = new Detector(count, { warmUpRows, hasClock: plan.hasClock });
    this.values = new Float64Array(count);
    this.weights = new Float64Array(count);
  }

  score(record: string[], counts: ScoredCounts): number {
    const { plan, values, times } = this;
    plan.sensors.forEach(({ index, mark }, i) => {
      const value = cellValue(record[index], mark);
      if (value === null) counts.badCells++;
      else if (Number.isNaN(value)) counts.missingCells++;
      values[i] = value ?? Number.NaN;
    });
    const timeMs = plan.time < 0 ? Number.NaN : times.take(cellTimeMs(record[plan.time]));
    return this.detector.push(values, 0, timeMs);
  }

  /** Names of the sensors that contribute most to the score, largest first. */
  topSensors(): string[] {
    const weights = this.detector.contributions(this.weights);
    const order = this.plan.sensors.map((sensor, i) => ({ name: sensor.name, weight: weights[i]! }));
    order.sort((a, b) => b.weight - a.weight);
    const least = Math.max(1e-9, topShareMin * order[0]!.weight);
    return order
      .slice(0, topSensorsMax)
      .filter(({ weight }) => weight >= least)
      .map(({ name }) => name);
  }
}
