import type { CardFact } from '../api';
import { aboutOf, NumberField, Switch, TextField } from '../fields';
import { ListField } from '../listField';
import { texts } from '../texts';
import type { AroundPart } from './part';

const { filters: filterWords, card: cardWords, retention: retentionWords } = texts.around;
const aboutFilters = aboutOf(filterWords.fields, 'filters');
const aboutCard = aboutOf(cardWords.fields, 'card');
const aboutRetention = aboutOf(retentionWords.fields, 'retention');

/** What is kept from the agents. */
export function FiltersPart({ account: { filters }, set }: AroundPart) {
  const change = (changes: Partial<typeof filters>) => set({ filters: { ...filters, ...changes } });
  return (
    <fieldset>
      <legend>{filterWords.heading}</legend>
      <p>{filterWords.words}</p>
      <ListField
        {...aboutFilters('blockedUsers')}
        value={filters.blockedUsers}
        onChange={(blockedUsers) => change({ blockedUsers })}
      />
      <ListField
        {...aboutFilters('spamWords')}
        value={filters.spamWords}
        onChange={(spamWords) => change({ spamWords })}
      />
      <NumberField
        {...aboutFilters('leastAccountDays')}
        value={filters.leastAccountDays}
        onChange={(leastAccountDays) => change({ leastAccountDays })}
      />
      <NumberField
        {...aboutFilters('leastFollowers')}
        value={filters.leastFollowers}
        onChange={(leastFollowers) => change({ leastFollowers })}
      />
    </fieldset>
  );
}

const facts: CardFact[] = ['name', 'handle', 'id', 'avatar', 'verified', 'followers', 'language'];

/** What is kept of customers in the host's contacts. */
export function CardPart({ account: { card }, set }: AroundPart) {
  const change = (changes: Partial<typeof card>) => set({ card: { ...card, ...changes } });
  return (
    <fieldset>
      <legend>{cardWords.heading}</legend>
      <p>{cardWords.words}</p>
      <Switch {...aboutCard('active')} value={card.active} onChange={(active) => change({ active })} />
      <Switch {...aboutCard('lookUp')} value={card.lookUp} onChange={(lookUp) => change({ lookUp })} />
      {facts.map((fact) => (
        <TextField
          key={fact}
          {...aboutCard(fact)}
          value={card[fact]}
          onChange={(field) => change({ [fact]: field })}
        />
      ))}
    </fieldset>
  );
}

/** How long words are kept here. */
export function RetentionPart({ account: { retention }, set }: AroundPart) {
  return (
    <fieldset>
      <legend>{retentionWords.heading}</legend>
      <NumberField
        {...aboutRetention('days')}
        value={retention.days}
        onChange={(days) => set({ retention: { ...retention, days } })}
      />
      <NumberField
        {...aboutRetention('rowDays')}
        value={retention.rowDays}
        onChange={(rowDays) => set({ retention: { ...retention, rowDays } })}
      />
    </fieldset>
  );
}
