/**
 * What SQL from outside may do, decided on DuckDB's own syntax tree: read the telemetry tables with functions whose
 * time and memory are bounded by their input. It stands in front of what the database itself refuses (writing, files,
 * network, settings), because a single call of some functions can neither be interrupted nor be counted against the
 * memory limit (`repeat`, `levenshtein`), and new ones come with every version.
 */
import { HarbingerError } from '../../../shared/runtime/errors.ts';

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

const operators = words('+ - * / // % ^ ** & | ~ << >> @ ! ~~ !~~ ~~* !~~* -> ->> <=>');

const aggregates = words(`
  any_value approx_count_distinct approx_quantile arg_max arg_min avg bool_and bool_or corr count count_star covar_pop
  covar_samp entropy first kurtosis last mad max max_by mean median min min_by mode product quantile quantile_cont
  quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy skewness
  stddev stddev_pop stddev_samp sum sum_no_overflow fsum var_pop var_samp variance
  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value`);

const scalars = words(`
  abs acos add asin atan atan2 ceil ceiling cos cot degrees divide even exp fdiv floor fmod greatest isfinite isinf isnan
  least ln log log10 log2 mod multiply negate pi pow power radians random round round_even sign sin sqrt subtract tan trunc
  coalesce ifnull nullif if error typeof
  length len strlen lower upper lcase ucase trim ltrim rtrim left right substr substring contains starts_with prefix suffix
  ends_with like_escape not_like_escape ilike_escape not_ilike_escape strpos instr position ascii md5 regexp_matches
  regexp_full_match split_part
  age century current_date current_timestamp date_add date_diff date_part date_sub date_trunc datediff datepart datesub
  datetrunc day dayname dayofmonth dayofweek dayofyear decade epoch epoch_ms epoch_ns epoch_us extract get_current_time
  get_current_timestamp hour isodow isoyear last_day make_date make_time make_timestamp make_timestamp_ms make_timestamp_ns
  microsecond millennium millisecond minute month monthname nanosecond now quarter second strftime strptime time_bucket
  timezone to_days to_hours to_microseconds to_milliseconds to_minutes to_months to_seconds to_timestamp to_weeks to_years
  today try_strptime week weekday weekofyear year yearweek
  json_extract json_extract_path json_extract_path_text json_extract_string json_exists json_type json_valid
  json_array_length json_keys json_value
  list_extract array_extract list_element struct_extract struct_pack row list_value list_contains array_contains`);

const functionsAllowed = new Set([...operators, ...aggregates, ...scalars]);
const tableFunctionsAllowed = new Set(['range', 'generate_series', 'unnest']);
const schemasAllowed = new Set(['', 'main', 'information_schema']);

export function refused(reason: string): HarbingerError {
  return new HarbingerError('SQL_REFUSED', 'store', reason);
}

type Node = { [key: string]: unknown };

/** `tree` is what DuckDB's json_serialize_sql returned. @throws HarbingerError SQL_REFUSED, with the reason */
export function checkSyntaxTree(tree: unknown): void {
  if (!isNode(tree)) throw refused('the query could not be understood');
  if (tree.error === true)
    throw refused(`${tree.error_message ?? 'not a query'} (one SELECT is what is allowed)`);
  if (!Array.isArray(tree.statements) || tree.statements.length !== 1) {
    throw refused('one statement at a time, please');
  }
  checkNode(tree.statements[0]);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}

function checkNode(node: unknown): void {
  if (Array.isArray(node)) return node.forEach(checkNode);
  if (!isNode(node)) return;
  if (node.type === 'TABLE_FUNCTION') return checkTableFunction(node);
  if (node.type === 'RECURSIVE_CTE_NODE') throw refused('WITH RECURSIVE is not available here');
  if (node.class === 'LAMBDA') throw refused('lambda functions are not available here');
  if (node.type === 'BASE_TABLE' || node.type === 'SHOW_REF') checkPlace(node);
  if (typeof node.function_name === 'string') checkFunction(node, functionsAllowed);
  Object.values(node).forEach(checkNode);
}

function checkTableFunction(node: Node): void {
  const call = node.function;
  if (!isNode(call)) throw refused('a table function without a name');
  checkFunction(call, tableFunctionsAllowed);
  checkNode(call.children);
}

function checkFunction(node: Node, allowed: ReadonlySet<string>): void {
  const name = String(node.function_name).toLowerCase();
  if (!allowed.has(name)) throw refused(`the function '${name}' is not available here`);
}

function checkPlace(node: Node): void {
  const schema = String(node.schema_name ?? '').toLowerCase();
  if (!schemasAllowed.has(schema)) throw refused(`the schema '${schema}' is not available here`);
  // Files are refused by the database too; so is whatever is not a table, but its own system views are not.
  const name = String(node.table_name ?? '').toLowerCase();
  if (/^(duckdb|pg|sqlite)_/.test(name)) throw refused(`the view '${name}' is not available here`);
}
