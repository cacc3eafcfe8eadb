"""The simplified form of the traditional characters in which headings and demands are written.

Only characters that stand in the words which are looked for; not a conversion of texts.
"""

_PAIRS = (
    "專专業业東东絲丝嚴严個个為为爲为舉举義义書书亂乱產产億亿僅仅們们會会傳传偽伪僞伪關关內内冊册寫写況况憑凭刪删"
    "別别劑剂辦办務务動动區区單单賣卖參参雙双發发號号員员團团圖图圓圆場场塊块處处備备寶宝實实審审對对導导將将盡尽"
    "屬属幣币廣广庫库應应開开張张當当錄录態态總总戶户執执報报損损數数斷断無无時时暫暂術术殺杀權权條条來来標标樣样"
    "毀毁沒没測测點点狀状貓猫現现電电療疗監监盜盗碼码禮礼稱称稅税竄窜類类紅红約约級级線线組组終终經经結结絡络統统"
    "維维緩缓締缔編编聯联艦舰營营慮虑虛虚補补裝装規规視视譽誉計计議议許许證证評评訴诉詆诋話话該该詳详誣诬誤误說说"
    "説说請请誹诽謠谣謗谤貝贝負负責责賬账帳账貨货質质貶贬購购貼贴貴贵貿贸費费資资贗赝較较邊边運运進进違违連连選选"
    "郵邮錢钱鋪铺舖铺鏈链銷销鍵键門门閉闭問问閒闲間间頁页項项順顺須须預预頻频題题額额館馆饋馈駐驻魚鱼價价優优體体"
    "準准劃划製制廠厂後后聽听誇夸據据機机構构櫃柜種种網网採采裡里裏里範范係系繫系於于臺台檯台並并復复複复後后週周"
    "萬万與与罰罚獲获"
)
SIMPLIFIED = {
    ord(traditional): simple
    for traditional, simple in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)
}
