import { expect, it } from 'vitest'
import { ProblemError } from '../../shared/model/problem.ts'
import { readArguments } from './arguments.ts'

it.each([
  [[], {}],
  [['--config', 'a.yaml', '--lang', 'en'], { config: 'a.yaml', language: 'en' }],
  [['--config=a=b.yaml', '--lang=ja'], { config: 'a=b.yaml', language: 'ja' }],
  [['--no-sandbox', '--user-data-dir=/x', '--inspect=0'], {}],
])('reads %j', (words, expected) => {
  expect(readArguments(words, { programNamed: false })).toMatchObject(expected)
})

it('passes over the program that a bare runtime was given, and over what stands before it', () => {
  const words = ['--no-sandbox', '-r', 'loader.cjs', '.', '--config', 'a.yaml']
  expect(readArguments(words, { programNamed: true })).toEqual({ config: 'a.yaml', language: undefined })
})

it.each([[['--config']], [['--config=']], [['--lang', 'fr']], [['stray']]])('refuses %j', (words) => {
  expect(() => readArguments(words, { programNamed: false })).toThrow(ProblemError)
})
