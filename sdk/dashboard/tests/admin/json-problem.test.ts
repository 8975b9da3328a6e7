/* SPDX-License-Identifier: MIT */
// @vitest-environment node
import { expect, test } from 'vitest';
import { jsonProblem } from '../../src/admin/json-problem.ts';

test.each([
  ['{"a":}', 1, 6, 'expected a value'],
  ['{\n  "a": 1,\n}', 3, 1, 'expected a name in double quotes'],
  ['{a: 1}', 1, 2, 'expected a name in double quotes'],
  ['{"a" 1}', 1, 6, 'expected :'],
  ['{"a": [1 2]}', 1, 10, 'expected , or ]'],
  ['{"a": 1', 1, 8, 'expected , or }'],
  ['', 1, 1, 'expected a value'],
  ['{} x', 1, 4, 'expected the end'],
  ['{"a": "b\n"}', 1, 7, 'this text has no end on its line'],
  ['[]', 1, 1, 'an update is a JSON object'],
  ['null', 1, 1, 'an update is a JSON object'],
])('%j is wrong at line %d, column %d', (text, line, column, message) => {
  expect(jsonProblem(text)).toEqual({ line, column, message });
});

test.each(['{}', ' {"a":[1,-2.5e3,{"b":"\\"\\u00e9"}],"c":null}\n'])('%j is well', (text) => {
  expect(jsonProblem(text)).toBeNull();
});

test('what only JSON.parse refuses is wrong all the same', () => {
  expect(jsonProblem('{"a": 01}')).not.toBeNull();
  expect(jsonProblem('{"a": "\\x"}')).not.toBeNull();
});
