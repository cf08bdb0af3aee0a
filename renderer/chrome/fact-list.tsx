import type { ReactNode } from 'react'

/** What a fact is called in the page, its label and its value. */
export type Fact = readonly [fact: string, label: string, value: string]

interface FactListProps {
  readonly facts: readonly Fact[]
  /** Drawn as a field of its own. */
  readonly sunken?: boolean
  readonly label?: string
}

/** Labels and values below one another. No two facts have both name and value in common. */
export function FactList({ facts, sunken = false, label }: FactListProps): ReactNode {
  return (
    <dl className={sunken ? 'end-facts sunken' : 'end-facts'} aria-label={label}>
      {facts.map(([fact, name, value]) => (
        <div key={`${fact} ${value}`}>
          <dt>{name}</dt>
          <dd className="path" data-fact={fact}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  )
}
