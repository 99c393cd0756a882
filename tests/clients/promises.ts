// What the generated types promise: it compiles while they keep it. Each expected error must be one.
import createClient from "openapi-fetch";
import type { components, operations, paths } from "./dateline.js";

type Schemas = components["schemas"];
type Article = Schemas["Article"];
type Query = NonNullable<operations["listTagArticles"]["parameters"]["query"]>;

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type All<Promises extends true[]> = Promises;

export type Kept = All<
  [
    Same<Article["headline"], string>,
    Same<Article["standfirst"], string | null>,
    Same<Article["image"], Schemas["Image"] | null>,
    Same<Article["people"], Schemas["LinkedPersonReference"][]>,
    Same<Article["status"], "usable" | "withheld" | "canceled">,
    Same<Omit<Required<Schemas["ListedArticle"]>, "copies" | "highlights" | "refused">, Article>,
    Same<Schemas["Image"]["caption"], string | null>,
    Same<Schemas["Role"]["to"], string | null>,
    Same<Schemas["Page"]["next"], string | null>,
    Same<Schemas["Index"]["links"], { [name: string]: string }>,
    Same<Query["section"], string[] | undefined>,
    Same<Query["count"], "none" | "capped" | "exact" | undefined>,
    Same<Query["include"], ("highlights" | "body" | "mentions")[] | undefined>,
  ]
>;

// One article has one type, though it can be had as ninjs as well.
export async function headline(id: string): Promise<string | undefined> {
  const dateline = createClient<paths>({ baseUrl: "http://127.0.0.1:8000" });
  const { data, error } = await dateline.GET("/v1/articles/{article_id}", { params: { path: { article_id: id } } });
  return error ? error.code : data.headline;
}

// A push needs no more than this.
export const pushed: Schemas["ArticleInput"] = {
  outlet: "korea-herald",
  external_id: "1",
  headline: "Harbour reopens",
  published_at: "2025-06-22T09:00:00Z",
  image: { url: "https://example.org/1.jpg" },
};

export const wrong: [Query, Query, Query, Query, Query] = [
  // @ts-expect-error: no such parameter
  { persons: "lee-jae-myung" },
  // @ts-expect-error: no such value
  { sort: "random" },
  // @ts-expect-error: the tag of a hashtag page stands in its path
  { tag: "seoul-washington" },
  // @ts-expect-error: a section may hold a comma, so several are an array
  { section: "Politics,World" },
  // @ts-expect-error: no such field of an article
  { fields: ["title"] },
];
