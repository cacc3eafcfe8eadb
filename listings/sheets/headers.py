"""What a column's heading says: the field that it names, or that it is none of ours.

Firms name their columns as they like, so after the known names come rules about the words in a heading. What a
heading leaves open is judged by the column's content, in `columns`.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from .cells import plain

FIELDS = (
    "platform",
    "store_name",
    "store_address",
    "listing_address",
    "title",
    "brand",
    "price",
    "list_price",
    "found_on",
    "violation",
    "request",
    "remark",
)
ADDRESS_FIELDS = ("listing_address", "store_address")
# Headings that say what a column is, and that it is none of the fields.
SERIAL, ITEM_NUMBER, EVIDENCE, COMPARISON, OTHER = (
    "serial",
    "item_number",
    "evidence",
    "comparison",
    "other",
)
# A heading such as 链接 says address, and not whose.
ADDRESS = "address"

_KNOWN = {
    "platform": (
        "平台 电商平台 平台名称 所属平台 所在平台 销售平台 渠道 销售渠道 来源平台 网络平台 platform channel"
    ),
    "store_name": (
        "店铺名称 店铺 店铺名 店名 网店 网店名称 网店字号 商家名称 商家 卖家名称 卖家 卖家店铺 掌柜名 掌柜 "
        "掌柜店名 店铺昵称 shop store shopname storename seller sellername"
    ),
    "store_address": (
        "店铺链接 店铺网址 店铺地址 店铺url 网店链接 网店网址 网店首页网址 店铺主页 店铺首页 商家主页链接 "
        "卖家主页 shopurl shoplink storeurl storelink"
    ),
    "listing_address": (
        "商品链接 产品链接 宝贝链接 商品网址 商品url 违规链接 违规商品url 侵权链接 商品地址 链接地址 "
        "itemurl itemlink producturl productlink listingurl"
    ),
    "title": (
        "商品标题 标题 商品名称 产品名称 宝贝标题 宝贝名称 品名 链接标题 页面品名 title productname itemname"
    ),
    "brand": "品牌 品牌名称 商标 所属品牌 涉及品牌 商标名称 所涉商标 brand",
    "price": "价格 售价 销售价 销售价格 单价 标价 现价 页面价格 页面到手价 到手价 成交价 取证时价格 price",
    "list_price": (
        "指导价 官方价 官方零售价 建议零售价 标准零售价 吊牌价 正品价 市场价 公司统一价 原价 listprice msrp"
    ),
    "found_on": (
        "发现时间 发现日期 监测时间 采集时间 取证时间 取证日期 抓取时间 日期 首次发现 巡查日 foundat foundon date"
    ),
    "violation": "侵权类型 违规类型 问题类型 违法类型 投诉类型 投诉原因 侵权类别 涉嫌行为 违规情形 type violation",
    "request": "诉求 处理要求 处置要求 希望处理方式 投诉诉求 要求 申请事项 请求平台处置方式 请求事项 request",
    "remark": "备注 说明 备注信息 补充说明 其他 其他说明 情况说明 附注 remark remarks note notes",
    SERIAL: "序号 编号 序 no no. # 行号 项次 序列 序列号 index",
    ITEM_NUMBER: "商品编号 商品id 宝贝id 货号 sku 商品编码 产品编号 itemid 店铺编号 店铺id",
    EVIDENCE: "证据 截图 取证编号 证据链接 附件 证据编号 公证书号 证据文件 evidence",
    ADDRESS: "链接 网址 url link 地址 网页地址 页面地址 网页链接 链接网址 href 网络地址",
    OTHER: (
        "销量 月销量 成交量 已售 付款人数 累计销量 sales 卖家主体 经营者 主体名称 营业执照名称 公司名称 "
        "企业名称 operator 统一社会信用代码 信用代码 社会信用代码 税号 营业执照号 执照编号 uscc 发货地 "
        "所在地 发货地址 卖家所在地 地区 省市 location 联系方式 联系电话 电话 手机 卖家电话 手机号码 phone "
        "投诉企业 权利人 投诉人 品牌方 报送单位 直销企业 投诉单位 联系人 complainant"
    ),
}
_known = {name: field for field, names in _KNOWN.items() for name in names.split()}

_link = r"(?:链接|连接|连结|链结|网址|url|link|网页|主页|首页|入口|页面$|页$|地址(?!.{0,2}(?:区|省|市))|https?)"
_store = r"(?:店|商家|卖家|掌柜|商户|商铺|铺|shop|store|seller|vendor|mall)"
_accused = r"(?:违规|侵权|违法|涉嫌|涉案|疑似|仿冒|假冒|被诉|投诉|举报|问题)"
_goods = (
    r"(?:商品|产品|宝贝|货品|单品|货|item|goods|product|listing|详情|sku|"
    + _accused[3:]
)
_ours = (
    r"(?:官方|我司|本公司|我公司|公司|厂家|企业|品牌方|权利人|授权|自营|自有|自家|我方|己方|我们|直营|原厂"
    r"|参考|示例|样例)"
)
_genuine = (
    r"对比|比价|比对|对照|比较|参照|供比|供参|正品|正版|真品|原品|正规渠道|官方同款|被侵权|官网"
    r"|original|official(?!.*price)"
)

# In this order; the first that is found in a heading decides.
_RULES = [
    (COMPARISON, _genuine),
    (
        COMPARISON,
        _ours + r"(?=.*(?:店|" + _link[3:] + r")(?!.*" + _accused + r")(?!.*价)",
    ),
    (EVIDENCE, r"截图|截屏|主图|图链|快照|公证|存证|附件|录屏|照片|图片|证据|凭证|图$"),
    (
        EVIDENCE,
        r"取证(?:编?号|文件|材料|链接|网址|包|视频)|evidence|screenshot|image|photo|attach",
    ),
    (
        "list_price",
        r"(?:指导|官方|建议|吊牌|正品|标准|统一|目录|公司|厂|定|原|正常|市场).*价|list.*price|msrp|rrp",
    ),
    (
        "list_price",
        r"^(?!.*(?:页面|到手|现|实|网|店|平台|违规|成交)).*零售价|(?:retail|suggested|official).*price",
    ),
    (OTHER, r"差价|价差|折扣|优惠|金额|销售额|运费|保证金"),
    ("price", r"价|price"),
    (
        OTHER,
        r"^(?!希望|期望|要求).*(?:处理|处置|反馈|回复|平台)(?:结果|状态|情况|进度|人|回复|反馈)|进度|经办",
    ),
    (
        "request",
        r"是否.*[关封].*店|下架.*店|关店|封店|诉求|诉请|请求|申请|处置|处理(?!.*(?:时间|日期))|要求|希望|期望|措施",
    ),
    ("request", r"需求|主张|配合|(?:投诉|举报|维权)目的|request|demand|action"),
    (
        OTHER,
        r"(?:上架|下架|生产|保质|处理|反馈|回复|截止|开店|成立|注册|到期|有效|入驻|更新).*(?:日|期|时间|date|time)$|期限",
    ),
    ("found_on", r"日期|时间|首次发现|何时|日$|date|time|foundat|foundon"),
    (
        ITEM_NUMBER,
        r"(?:"
        + _goods
        + "|"
        + _store
        + r"|链接|sku|spu|asin).*(?:id号?|编号|编码|代码|号码|条码|序列号)$",
    ),
    (ITEM_NUMBER, r"货号|条形码|型号|规格|批号"),
    (SERIAL, r"^(?:序号?|编号|no\.?|#|id|行号?|项次|顺序号?|流水号|seq|num(?:ber)?)$"),
    ("listing_address", _goods + r"(?:(?!" + _store + r").)*" + _link),
    ("store_address", _store + r".*" + _link + r"|店址"),
    ("listing_address", _link + r"\(?.*" + _goods),
    ("store_address", _link + r"\(?.*" + _store),
    (
        OTHER,
        r"发货|收货|注册地|经营地|住所|所在地|省|市$|地区|电话|手机|联系|信用代码|执照|主体|经营者",
    ),
    (OTHER, r"销量|销售量|库存|评分|评价|等级|粉丝|类目|资质|规模|保证金"),
    ("remark", r"备注|说明$|附注|补充|其[他它]|remark|note|memo|comment|备考|附言"),
    ("store_name", _store + r"(?:.*(?:名|名称|名字|字号|昵称|号|账户|旺旺|name))?$"),
    ("title", r"标题|品名|title|(?:" + _goods + r"|页面|链接).*(?:名|name|描述)"),
    ("brand", r"品牌|商标|brand|牌子|trademark"),
    (ADDRESS, _link),
    (
        "violation",
        r"(?:"
        + _accused
        + r"|侵害|不法).*(?:类型|类别|行为|情形|原因|性质|种类|内容|情况|分类|事项|描述|理由|点|由)",
    ),
    ("violation", r"案由|violation|infring"),
    ("platform", r"平台|渠道|电商|商城|站点|platform|channel|site|marketplace|来源"),
    ("violation", _accused + r"|类型|类别|行为|情形|事由"),
]
_rules = [(field, re.compile(pattern)) for field, pattern in _RULES]
_remark_in_brackets = re.compile(r"[(\[【〔{<《].*?[)\]】〕}>》]")
# A remark in brackets that changes what the column is: 店铺（链接）.
_link_in_brackets = re.compile(r"[(\[【].{0,6}(?:链接|网址|url).{0,2}[)\]】]")
_decoration = re.compile(r"[*:;,.、。!?？“”\"'`_\-—]+|(?<=.)[/]$")


@lru_cache(maxsize=4096)
def heading_key(heading: str) -> str:
    """A heading for comparing: half-width, lower case, no spaces, no `*` or `:`, no remark in brackets."""
    words = plain(heading)
    short = _decoration.sub("", _remark_in_brackets.sub("", words))
    return short or _decoration.sub("", words)


class Meaning(NamedTuple):
    """What a heading says. field: one of FIELDS, or SERIAL, ITEM_NUMBER, EVIDENCE, COMPARISON, OTHER, ADDRESS.

    is_known: it is one of the known names, not only likely.
    """

    field: str
    is_known: bool


@lru_cache(maxsize=4096)
def heading_field(heading: str) -> Meaning | None:
    """What a heading says; None when it says nothing. ADDRESS is an address of it knows not what."""
    key = heading_key(heading)
    if not key:
        return None
    whole = plain(heading)
    if re.search(_genuine, whole) and not re.search("价|price", whole):
        return Meaning(COMPARISON, False)
    if key in _known and not _link_in_brackets.search(whole):
        return Meaning(_known[key], True)
    if len(key) > 24:
        return None
    words = whole if _link_in_brackets.search(whole) else key
    for field, pattern in _rules:
        if pattern.search(words):
            return Meaning(field, False)
    return None


def accuses(heading: str) -> bool:
    """Whether a heading speaks of what is complained of, and not of the genuine article."""
    return re.search(_accused, plain(heading)) is not None
