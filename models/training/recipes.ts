import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Recipe } from './recipe.ts';
import { bearingRecipe } from './recipes/bearing.ts';
import { pumpRecipe } from './recipes/pump.ts';
import { turbofanRecipe } from './recipes/turbofan.ts';

export const recipes: readonly Recipe[] = [pumpRecipe, turbofanRecipe, bearingRecipe];

/** Finds a recipe by name. @throws HarbingerError MODEL_UNKNOWN with the known names */
export function recipeOf(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name);
  if (recipe) return recipe;
  const names = recipes.map((candidate) => candidate.name).join(', ');
  throw new HarbingerError('MODEL_UNKNOWN', 'config', `no model '${name}'; there are ${names}`);
}

/**
 * The subsets a command applies to: the requested one, or else all; [null] for a model without subsets.
 * @throws HarbingerError SUBSET_UNKNOWN
 */
export function subsetsOf(recipe: Recipe, asked?: string): (string | null)[] {
  if (asked === undefined) return recipe.subsets.length === 0 ? [null] : [...recipe.subsets];
  if (recipe.subsets.includes(asked)) return [asked];
  const there = recipe.subsets.length === 0 ? 'it has none' : `there are ${recipe.subsets.join(', ')}`;
  throw new HarbingerError('SUBSET_UNKNOWN', 'config', `${recipe.name} has no subset '${asked}'; ${there}`);
}
