"""The legal grounds that every installation starts with; kept as rows, maintained there, each with its period."""

from datetime import date
from typing import Any

AUTHENTIC, CONSUMER, COMPETITION = "authentic", "consumer", "competition"

# The days from which the present wording of the acts holds.
TRADE_MARKS, PRODUCT_QUALITY, E_COMMERCE = date(2019, 11, 1), date(2018, 12, 29), date(2019, 1, 1)
ADVERTISING, FOOD, DIRECT_SELLING = date(2021, 4, 29), date(2021, 4, 29), date(2017, 3, 1)
UNFAIR_COMPETITION = date(2025, 10, 15)

# code, name, English name, aspect of the memorandum, basis, valid from
GROUNDS = [
    ("counterfeit", "假冒商品", "Counterfeit goods", AUTHENTIC, "《商标法》第57条、第60条；《产品质量法》第30条至第32条", TRADE_MARKS),
    ("removed_codes", "割除或涂改批号、追溯码", "Batch or trace codes removed or altered", AUTHENTIC, "《产品质量法》第27条、第36条、第54条", PRODUCT_QUALITY),
    ("false_authorisation", "虚假宣称授权", "False claim of authorisation", AUTHENTIC, "《反不正当竞争法》第7条、第9条", UNFAIR_COMPETITION),
    ("name_misuse", "冒用企业名称或字号", "Misuse of a firm's name", AUTHENTIC, "《反不正当竞争法》第7条", UNFAIR_COMPETITION),
    ("image_theft", "盗用图片", "Theft of pictures", AUTHENTIC, "《电子商务法》第41条、第42条、第45条", E_COMMERCE),
    ("no_licence", "无证经营", "Trading without a licence", CONSUMER, "《食品安全法》第122条；《电子商务法》第27条、第29条", FOOD),
    ("unlawful_health_claim", "违法宣称保健功效", "Unlawful health claim", CONSUMER, "《广告法》第17条、第18条、第58条", ADVERTISING),
    ("false_advertising", "虚假宣传", "False advertising", CONSUMER, "《反不正当竞争法》第9条；《广告法》第28条、第55条", UNFAIR_COMPETITION),
    ("unlabelled_import", "进口食品无中文标签", "Imported food without a Chinese label", CONSUMER, "《食品安全法》第34条、第97条", FOOD),
    ("defamation", "商业诋毁", "Commercial defamation", COMPETITION, "《反不正当竞争法》第12条、第28条", UNFAIR_COMPETITION),
    ("salesperson_conduct", "直销员违规网络销售", "Unlawful online sale by a direct-selling salesperson", COMPETITION, "《直销管理条例》第22条、第23条", DIRECT_SELLING),
    ("low_price", "仅价格偏低", "Low price alone", COMPETITION, "低价销售本身不违法，须另有依据", E_COMMERCE),
]  # fmt: skip
NOT_SUFFICIENT = {"low_price"}

# The ground that a firm's own words suggest: `listings.sheets.values.violation_kind` → code.
SUGGESTED = {
    "counterfeit": "counterfeit",
    "removed_code": "removed_codes",
    "unauthorised": "false_authorisation",
    "name_misuse": "name_misuse",
    "image_theft": "image_theft",
    "unlicensed": "no_licence",
    "false_advertising": "false_advertising",
    "defamation": "defamation",
    "low_price": "low_price",
}


def seed_grounds(apps: Any) -> None:
    """Write the grounds; rows that are there already stay as they are. apps: a migration's registry."""
    ground = apps.get_model("cases", "LegalGround")
    ground.objects.bulk_create(
        [
            ground(
                code=code,
                name=name,
                name_en=name_en,
                aspect=aspect,
                basis=basis,
                is_sufficient=code not in NOT_SUFFICIENT,
                valid_from=valid_from,
            )
            for code, name, name_en, aspect, basis, valid_from in GROUNDS
        ],
        ignore_conflicts=True,
    )


def remove_grounds(apps: Any) -> None:
    """Take the grounds out again. Raises ProtectedError if one of them was given."""
    codes = [code for code, *_ in GROUNDS]
    apps.get_model("cases", "LegalGround").objects.filter(code__in=codes).delete()
