import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Deps } from '../deps.ts';
import type { Actor } from '../store/audit.ts';
import type { User } from '../store/users.ts';

/** Who the code that runs now works for. It follows the code through everything that it waits for. */
export type Actors = AsyncLocalStorage<Actor>;

/** Who does what nobody asked for, such as a scheduled refresh. */
const server: Actor = { kind: 'server', id: null, name: 'Anteroom', address: null };

/** Runs work as an actor: all changes that it records are theirs. */
export function actAs<T>({ actors }: Pick<Deps, 'actors'>, actor: Actor, work: () => T): T {
  return actors.run(actor, work);
}

/** Runs work that nobody asked for, although a request of a person or a provider led to it. */
export function actAsServer<T>(deps: Pick<Deps, 'actors'>, work: () => T): T {
  return actAs(deps, server, work);
}

/** Returns who the code that runs now works for. */
export function currentActor({ actors }: Pick<Deps, 'actors'>): Actor {
  return actors.getStore() ?? server;
}

/** Returns a person as an actor. */
export function personActor({ id, userName }: Pick<User, 'id' | 'userName'>, address: string | null): Actor {
  return { kind: 'person', id, name: userName, address };
}

/** Returns an identity provider as an actor, which changes people by its messages. */
export function providerActor(provider: { id: string; name: string } | undefined, address: string | null): Actor {
  return { kind: 'provider', id: provider?.id ?? null, name: provider?.name ?? '', address };
}
